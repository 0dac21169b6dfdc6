# What a model makes of features before its parts see them.

# struct LsmiPreprocessing
struct CPreprocessing
    struct_size::Csize_t
    features::Csize_t
    kept::Csize_t
    clip::Float64
    standardized::Int32
end

function preprocessing_info(model::Model, modality)
    info = Ref(CPreprocessing(sizeof(CPreprocessing), 0, 0, 0.0, 0))
    checked(ccall(lsmi_model_preprocessing[], Cint,
                  (Ptr{Cvoid}, Int32, Ref{CPreprocessing}, Ptr{Csize_t}, Ptr{Float64}, Ptr{Float64}),
                  model, whole(Int32, "modality", modality), info, C_NULL, C_NULL, C_NULL))
    return info[]
end

"""
    preprocessing(model::Model, modality::Integer) -> (columns = …, means = …, scales = …, clip = …)

What [`LSMI.preprocess`](@ref) does to the features of modality 1 or 2: it keeps the features `columns` (rows of the
matrix, from 1, ascending), those that varied in training, and makes of each

    z = (x − mean) / scale, limited to ±clip

Without standardisation `means` and `scales` are empty, all features are kept and `clip` is infinite. Throws
[`LSMIError`](@ref) with status `:setting` for another modality.
"""
function preprocessing(model::Model, modality::Integer)
    info = preprocessing_info(model, modality)
    scaled = info.standardized == 1 ? info.kept : 0
    columns, means, scales = Vector{Csize_t}(undef, info.kept), Vector{Float64}(undef, scaled), Vector{Float64}(undef, scaled)
    checked(ccall(lsmi_model_preprocessing[], Cint,
                  (Ptr{Cvoid}, Int32, Ptr{CPreprocessing}, Ptr{Csize_t}, Ptr{Float64}, Ptr{Float64}),
                  model, modality, C_NULL, columns, means, scales))
    return (columns = Int.(columns) .+ 1, means = means, scales = scales, clip = info.clip)
end

"""
    preprocess(model::Model, modality::Integer, x) -> Matrix

The features of modality 1 or 2 (d × n, of the model's type) as the model's networks and densities take them: kept
features × n, by [`LSMI.preprocessing`](@ref). NaN stays NaN. Throws [`LSMIError`](@ref) with status `:setting`,
`:type`, `:empty` or `:shape`.

```julia
z1, z2 = LSMI.preprocess(model, 1, x1), LSMI.preprocess(model, 2, x2)
p = exp.(log_probabilities(LSMI.network(model, :classifier_joint), [z1; z2]))
h1 = LSMI.entropy_offsets(model).h1 .- log_density(LSMI.density(model, :density1), z1)
```
"""
function preprocess(model::Model{T}, modality::Integer, x::AbstractMatrix{<:Real}) where {T}
    x = samples(x, T)
    z = Matrix{T}(undef, preprocessing_info(model, modality).kept, size(x, 2))
    GC.@preserve x checked(ccall(lsmi_model_preprocess[], Cint, (Ptr{Cvoid}, Int32, Ref{CMatrix}, Ptr{T}),
                                 model, modality, describe(x), z))
    return z
end

"""
    entropy_offsets(model::Model) -> (h1 = …, h2 = …)

What `h1` and `h2` of the scores have above the surprisals −log p of preprocessed features, nats: 0, or the sum of
log scale where the setting `entropy_units` is `input`.
"""
function entropy_offsets(model::Model)
    first, second = Ref(0.0), Ref(0.0)
    checked(ccall(lsmi_model_entropy_offsets[], Cint, (Ptr{Cvoid}, Ref{Float64}, Ref{Float64}), model, first, second))
    return (h1 = first[], h2 = second[])
end
