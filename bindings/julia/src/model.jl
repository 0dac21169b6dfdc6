# Models: fit, files, what they hold.

# struct LsmiModelInfo
struct CModelInfo
    struct_size::Csize_t
    features1::Csize_t
    features2::Csize_t
    classes::Csize_t
    frozen_shift::Float64
    cross_fitted_samples::Csize_t
    type::Int32
    has_class_counts::Int32
end

"""
    Model

A fitted model: from `fit(x1, x2, y)`, [`LSMI.load`](@ref), `Model(bytes)` or `Model(networks, densities)`. It scores
samples with [`score`](@ref).

Properties: `features1`, `features2`, `classes` (their number), `frozen_shift` (the shift of the training split,
nats), `has_class_counts`. More by [`LSMI.settings`](@ref), [`LSMI.log_prior`](@ref), [`LSMI.class_counts`](@ref),
[`LSMI.dropped`](@ref), [`LSMI.notes`](@ref), [`LSMI.flags`](@ref), [`LSMI.history`](@ref), [`LSMI.network`](@ref), [`LSMI.density`](@ref),
[`LSMI.preprocess`](@ref), [`LSMI.preprocessing`](@ref), [`LSMI.entropy_offsets`](@ref), [`LSMI.report`](@ref),
[`LSMI.cross_fitted`](@ref).
`eltype(model)` is the type of the matrices that it scores. The handle is freed with the object. Several threads may
use a model at once.
"""
mutable struct Model{T<:Real32or64}
    handle::Ptr{Cvoid}
    features1::Int
    features2::Int
    classes::Int
    frozen_shift::Float64
    has_class_counts::Bool

    # Takes over a handle.
    function Model{T}(handle::Ptr{Cvoid}, info::CModelInfo) where {T}
        model = new{T}(handle, info.features1, info.features2, info.classes, info.frozen_shift,
                       info.has_class_counts == 1)
        return finalizer(free, model)
    end
end

function model_info(model)
    info = Ref(CModelInfo(sizeof(CModelInfo), 0, 0, 0, 0.0, 0, 0, 0))
    checked(ccall(lsmi_model_info[], Cint, (Ptr{Cvoid}, Ref{CModelInfo}), model, info))
    return info[]
end

function model_of(handle::Ptr{Cvoid})
    info = model_info(handle)
    return Model{number_type(info.type)}(handle, info)
end

cross_fitted_samples(model::Model) = Int(model_info(model).cross_fitted_samples)

function free(model::Model)
    ccall(lsmi_model_free[], Cint, (Ptr{Cvoid},), model.handle)
    model.handle = C_NULL
    return nothing
end

Base.unsafe_convert(::Type{Ptr{Cvoid}}, model::Model) = model.handle
Base.deepcopy_internal(model::Model, ::IdDict) = model

function Serialization.serialize(to::AbstractSerializer, model::Model)
    serialize_type(to, typeof(model))
    serialize(to, tobytes(model))
end

Serialization.deserialize(from::AbstractSerializer, ::Type{<:Model}) = Model(deserialize(from))

Base.eltype(::Type{Model{T}}) where {T} = T

"""
    fit(x1, x2, y; preset = :robust, progress = nothing, settings...) -> Model
    fit(x1, x2, y, config::Config; progress = nothing) -> Model

Fits classifiers p(y|x1), p(y|x2), p(y|x1,x2) and KNIFE densities p(x1), p(x2), from which a sample's atoms follow:

    i(x;y) = log p(y|x) − log p(y)      h(x) = −log p(x)
    r = min(h1, h2) − min(h1 − i1, h2 − i2),  u1 = i1 − r,  u2 = i2 − r,  s = i12 − i1 − i2 + r

`x1` is d1 × n, `x2` d2 × n (a sample per column), both `Float32` or both `Float64`, which becomes the model's type;
`y` has n class numbers from 0. Settings by their keys, as in [`Config`](@ref). `progress` is called with a
[`LSMI.Progress`](@ref) after every epoch and cancels by returning `:cancel`; Ctrl-C cancels, too. One seed gives one
model, whatever the number of threads.

Throws [`LSMIError`](@ref) with status `:setting`, `:type`, `:empty`, `:shape`, `:not_finite`, `:class`,
`:one_class`, `:too_few_samples`, `:diverged` or `:cancelled`.

```julia
model = fit(x1, x2, y; modes = 3, hidden = [32], seed = 1)
```
"""
fit(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer};
    preset = :robust, progress = nothing, settings...) =
    fit(x1, x2, y, Config(preset; settings...); progress = progress)

function fit(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer}, config::Config;
             progress = nothing)
    x1, x2, y = samples(x1), samples(x2), targets(y)
    handle = GC.@preserve x1 x2 read_handle() do out
        with_progress(progress, :model) do callback, user
            ccall(lsmi_fit[], Cint,
                  (Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Ref{CConfig}, Ptr{Cvoid}, Ptr{Cvoid},
                   Ref{Ptr{Cvoid}}),
                  describe(x1), describe(x2), y, length(y), getfield(config, :c), callback, user, out)
        end
    end
    model = model_of(handle)
    foreach(note -> @warn(note), notes(model))
    return model
end

"""
    Model(networks, densities) -> Model

A model of parameters that were trained elsewhere: `networks` are the classifiers of x1, of x2 and of the
concatenation (three [`Network`](@ref)s), `densities` those of x1 and x2 (two [`Marginal`](@ref)s), all of one type.
It works on raw features, with a uniform prior and the shift of the batch. The parts are copied. Throws
[`LSMIError`](@ref) with status `:type`, `:shape` or `:one_class`.

```julia
model = Model((network1, network2, network_joint), (density1, density2))
```
"""
function Model(networks, densities)
    (network1, network2, joint), (density1, density2) = networks, densities
    return from_parts(network1, network2, joint, density1, density2)
end

from_parts(network1::Network, network2::Network, joint::Network, density1::Marginal, density2::Marginal) =
    model_of(read_handle(out -> ccall(lsmi_model_from_parts[], Cint,
        (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Cvoid}, Ref{Ptr{Cvoid}}),
        network1, network2, joint, density1, density2, out)))

"""
    Model(bytes::AbstractVector{UInt8}) -> Model

The model of the bytes of a model file, as [`LSMI.tobytes`](@ref) gives them. Throws [`LSMIError`](@ref) with status
`:format` or `:version`.
"""
function Model(bytes::AbstractVector{UInt8})
    bytes = dense(UInt8, bytes)
    return model_of(read_handle(out -> ccall(lsmi_model_from_bytes[], Cint,
        (Ptr{UInt8}, Csize_t, Ref{Ptr{Cvoid}}), bytes, length(bytes), out)))
end

"""
    tobytes(model::Model) -> Vector{UInt8}

The bytes of the model file.
"""
tobytes(model::Model) = read_array(UInt8) do buffer, capacity, length
    ccall(lsmi_model_to_bytes[], Cint, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ref{Csize_t}), model, buffer, capacity, length)
end

"""
    save(model::Model, path)

Writes the model file, a safetensors file that every language of libLSMI reads: `path` holds the old file or the whole
new one. Throws [`LSMIError`](@ref) with status `:io`.
"""
function save(model::Model, path::AbstractString)
    checked(ccall(lsmi_model_save[], Cint, (Ptr{Cvoid}, Cstring), model, path))
    return nothing
end

"""
    load(path) -> Model

Reads a model file. Throws [`LSMIError`](@ref) with status `:io`, `:format` or `:version`.
"""
load(path::AbstractString) =
    model_of(read_handle(out -> ccall(lsmi_model_load[], Cint, (Cstring, Ref{Ptr{Cvoid}}), path, out)))

function settings(model::Model)
    c = Ref{CConfig}()
    # Only the size is read of what the struct holds.
    GC.@preserve c begin
        pointer = Base.unsafe_convert(Ptr{CConfig}, c)
        unsafe_store!(Ptr{Csize_t}(pointer), sizeof(CConfig))
        checked(ccall(lsmi_model_config[], Cint, (Ptr{Cvoid}, Ptr{CConfig}), model, pointer))
    end
    return Config(c[])
end

"""
    log_prior(model::Model) -> Vector{Float64}

log p(y) of every class, from class 0, nats; −∞ for a class without training samples under the empirical prior.
"""
function log_prior(model::Model)
    out = Vector{Float64}(undef, model.classes)
    checked(ccall(lsmi_model_classes[], Cint, (Ptr{Cvoid}, Ptr{Float64}, Ptr{Csize_t}), model, out, C_NULL))
    return out
end

"""
    class_counts(model::Model) -> Vector{Int} or nothing

The training samples of every class, from class 0; `nothing` for an imported model, where they are not known.
"""
function class_counts(model::Model)
    model.has_class_counts || return nothing
    out = Vector{Csize_t}(undef, model.classes)
    checked(ccall(lsmi_model_classes[], Cint, (Ptr{Cvoid}, Ptr{Float64}, Ptr{Csize_t}), model, C_NULL, out))
    return Vector{Int}(out)
end

"""
    dropped(model::Model, modality::Integer) -> Vector{Int}

The features (rows of the matrix, from 1, ascending) of modality 1 or 2 that were constant in training and are left
out.
"""
dropped(model::Model, modality::Integer) = Int.(read_array(Csize_t) do buffer, capacity, length
    ccall(lsmi_model_dropped[], Cint, (Ptr{Cvoid}, Int32, Ptr{Csize_t}, Csize_t, Ref{Csize_t}), model,
          whole(Int32, "modality", modality), buffer, capacity, length)
end) .+ 1

"""
    notes(model::Model) -> Vector{String}

What a reader of the results should know about the fit. Rows and columns named there count from 0.
"""
notes(model::Model) = String.(split(read_text() do buffer, capacity, length
    ccall(lsmi_model_notes[], Cint, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ref{Csize_t}), model, buffer, capacity, length)
end, '\n'; keepempty = false))

component_code(component, allowed = components) = Int32(findfirst(==(
    allowed[choice_code("component", allowed, component) + 1]), components) - 1)

"""
    history(model::Model, component) -> (losses = …, validation_losses = …, best_epoch = …)

The course of one training, nats: the mean loss of every epoch; the loss of the held-out samples before training and
after every epoch; and the number of epochs after which the parameters were kept. `component` is `:classifier1`,
`:classifier2`, `:classifier_joint`, `:density1` or `:density2`. Imported models have no course: empty vectors.
"""
function history(model::Model, component)
    code = component_code(component)
    return read_history() do losses, capacity, count, validation_losses, validation_capacity, validation_count, best
        ccall(lsmi_model_history[], Cint,
              (Ptr{Cvoid}, Int32, Ptr{Cvoid}, Csize_t, Ref{Csize_t}, Ptr{Cvoid}, Csize_t, Ref{Csize_t}, Ref{Csize_t}),
              model, code, losses, capacity, count, validation_losses, validation_capacity, validation_count, best)
    end
end

"""
    network(model::Model, component) -> Network

A copy of the model's `:classifier1`, `:classifier2` or `:classifier_joint`, which works on preprocessed features
([`LSMI.preprocess`](@ref)).
"""
network(model::Model{T}, component) where {T} =
    Network{T}(read_handle(out -> ccall(lsmi_model_network[], Cint, (Ptr{Cvoid}, Int32, Ref{Ptr{Cvoid}}), model,
                                        component_code(component, components[1:3]), out)))

"""
    density(model::Model, component) -> Marginal

A copy of the model's `:density1` or `:density2`, which works on preprocessed features ([`LSMI.preprocess`](@ref)).
"""
density(model::Model{T}, component) where {T} =
    Marginal{T}(read_handle(out -> ccall(lsmi_model_density[], Cint, (Ptr{Cvoid}, Int32, Ref{Ptr{Cvoid}}), model,
                                         component_code(component, components[4:5]), out)))
