# Generators with known truth.

# struct LsmiDataset
struct CDataset
    struct_size::Csize_t
    samples::Csize_t
    features1::Csize_t
    features2::Csize_t
    x1::Ptr{Float64}
    x2::Ptr{Float64}
    y::Ptr{Int64}
    truth::Ptr{CInformation}
end

"""
    Dataset

Generated samples: `x1` and `x2` (features × samples), `y` (class numbers from 0), and `truth`, the exact
[`Information`](@ref) of every sample, nats; `LSMI.atoms(data.truth)` are the exact atoms. `drawn` has the index of each
sample's kind or state, from 1, where a generator draws one; else it is empty.
"""
struct Dataset
    x1::Matrix{Float64}
    x2::Matrix{Float64}
    y::Vector{Int64}
    truth::Information
    drawn::Vector{Int}
end

Dataset(x1, x2, y, truth) = Dataset(x1, x2, y, truth, Int[])

# `make(out)` is the C call.
function generate(make, n::Integer, features1::Integer, features2::Integer)
    n >= 0 || setting_error("samples", "a whole number, at least 1", n)
    data = Dataset(Matrix{Float64}(undef, features1, n), Matrix{Float64}(undef, features2, n),
                   Vector{Int64}(undef, n), Information(n))
    truth = Ref(describe(data.truth))
    GC.@preserve data truth begin
        out = CDataset(sizeof(CDataset), n, features1, features2, pointer(data.x1), pointer(data.x2), pointer(data.y),
                       Base.unsafe_convert(Ptr{CInformation}, truth))
        checked(make(out))
    end
    return data
end

"""
    mixed_gaussian(n; classes = 2, rho = 0.5, noise = 0.5, seed = 42) -> Dataset

n samples of the mixed Gaussian, with y uniform and u, v ~ N(0, I), `classes` features each:

    x1 = onehot(y) + noise · u,   x2 = onehot(y) + noise · (ρ u + √(1 − ρ²) v)

Throws [`LSMIError`](@ref) with status `:setting`.
"""
function mixed_gaussian(n::Integer; classes::Integer = 2, rho::Real = 0.5, noise::Real = 0.5, seed::Integer = 42)
    features, seed_number = csize("classes", classes), seed_of(seed)
    return generate(n, features, features) do out
        ccall(lsmi_synthetic_gaussian[], Cint, (Csize_t, Float64, Float64, UInt64, Ref{CDataset}),
              features, rho, noise, seed_number, out)
    end
end

"""
    planted_xor(n; dimension = 2, amplitude = 3, seed = 42) -> Dataset

n samples of a planted exclusive or, with random unit vectors w1, w2 and `dimension` features each:

    b2 = b1 xor y,   x_k = amplitude · (2 b_k − 1) · w_k + N(0, I)

Throws [`LSMIError`](@ref) with status `:setting`.
"""
function planted_xor(n::Integer; dimension::Integer = 2, amplitude::Real = 3, seed::Integer = 42)
    features, seed_number = csize("dimension", dimension), seed_of(seed)
    return generate(n, features, features) do out
        ccall(lsmi_synthetic_xor[], Cint, (Csize_t, Float64, UInt64, Ref{CDataset}), features, amplitude, seed_number,
              out)
    end
end

"""
    circuits() -> Vector{Symbol}

The names of the logic gates of [`LSMI.circuit`](@ref).
"""
circuits() = Symbol.(split(unsafe_string(ccall(lsmi_synthetic_circuit_names[], Ptr{UInt8}, ()))))

"""
    circuit(name, n; seed = 42) -> Dataset

n draws of the inputs of a logic gate, y its output: `:xor`, `:or`, `:and`, `:not_x2`, `:copy` (one feature each) or
`:xor_not` (two each). Throws [`LSMIError`](@ref) with status `:setting`.
"""
function circuit(name::Union{Symbol, AbstractString}, n::Integer; seed::Integer = 42)
    features, seed_number = Symbol(name) === :xor_not ? 2 : 1, seed_of(seed)
    return generate(n, features, features) do out
        ccall(lsmi_synthetic_circuit[], Cint, (Cstring, UInt64, Ref{CDataset}), string(name), seed_number, out)
    end
end

"""
    circuit_support(name) -> Dataset

All combinations of inputs and output of a logic gate of [`LSMI.circuit`](@ref), which are equally probable, with their
exact information. Throws [`LSMIError`](@ref) with status `:setting`.

```julia
LSMI.mean(LSMI.atoms(LSMI.circuit_support(:copy).truth).r)      # log 2
```
"""
function circuit_support(name::Union{Symbol, AbstractString})
    cells, features = Ref{Csize_t}(0), Symbol(name) === :xor_not ? 2 : 1
    checked(ccall(lsmi_synthetic_circuit_support[], Cint, (Cstring, Ref{Csize_t}, Ptr{CDataset}), string(name), cells,
                  C_NULL))
    return generate(cells[], features, features) do out
        ccall(lsmi_synthetic_circuit_support[], Cint, (Cstring, Ptr{Csize_t}, Ref{CDataset}), string(name), C_NULL, out)
    end
end

"""
    kind_mixture(n; redundant = 1, unique1 = 1, unique2 = 1, synergistic = 1, amplitude = 4, seed = 42) -> Dataset

n samples that are redundant, unique to x1, unique to x2, or synergistic, in the given shares (relative numbers);
three features each, signals at `amplitude` standard deviations. `LSMI.kinds[data.drawn]` are the kinds of the samples:
`:redundant`, `:unique1`, `:unique2`, `:synergistic`. Throws [`LSMIError`](@ref) with status `:setting`.
"""
function kind_mixture(n::Integer; redundant::Real = 1, unique1::Real = 1, unique2::Real = 1, synergistic::Real = 1,
                      amplitude::Real = 4, seed::Integer = 42)
    drawn, seed_number = Vector{Int32}(undef, max(n, 0)), seed_of(seed)
    data = generate(n, 3, 3) do out
        ccall(lsmi_synthetic_mixture[], Cint,
              (Float64, Float64, Float64, Float64, Float64, UInt64, Ref{CDataset}, Ptr{Int32}),
              redundant, unique1, unique2, synergistic, amplitude, seed_number, out, drawn)
    end
    return Dataset(data.x1, data.x2, data.y, data.truth, drawn .+ 1)
end

"""
The kinds of samples that [`LSMI.kind_mixture`](@ref) draws.
"""
const kinds = [:redundant, :unique1, :unique2, :synergistic]

# struct LsmiLatentState
struct CLatentState
    struct_size::Csize_t
    weight::Float64
    y::Int64
    features1::Csize_t
    features2::Csize_t
    mean1::Ptr{Float64}
    mean2::Ptr{Float64}
    deviation1::Float64
    deviation2::Float64
end

# Runs `work(states, count)` on the states as C has them.
function with_states(work, states)
    means = [(dense(Float64, s.mean1), dense(Float64, s.mean2)) for s in states]
    GC.@preserve means begin
        described = [CLatentState(sizeof(CLatentState), get(s, :weight, 1), whole(Int64, "y", s.y), length(m1),
                                  length(m2), pointer(m1), pointer(m2), get(s, :deviation1, 1), get(s, :deviation2, 1))
                     for (s, (m1, m2)) in zip(states, means)]
        return work(described, length(described))
    end
end

"""
    latent_mixture(n, states; seed = 42) -> Dataset

n samples of a mixture of Gaussian states. A state z is drawn by weight and sets y; given z,

    x1 ~ N(mean1, deviation1² I),   x2 ~ N(mean2, deviation2² I),   independent of each other

`states` is a vector of `(weight = 1, y = …, mean1 = […], mean2 = […], deviation1 = 1, deviation2 = 1)`, of which
`weight` and the deviations may be left out; weights are relative, means have as many features in all states.
`data.drawn` are the states' indices. Throws [`LSMIError`](@ref) with status `:empty`, `:shape`, `:not_finite` or
`:setting`.

```julia
LSMI.latent_mixture(100, [(y = 0, mean1 = [0.0], mean2 = [0.0, 1.0]), (y = 1, mean1 = [2.0], mean2 = [1.0, 0.0])])
```
"""
function latent_mixture(n::Integer, states::AbstractVector; seed::Integer = 42)
    features1, features2 = isempty(states) ? (0, 0) : (length(states[1].mean1), length(states[1].mean2))
    drawn, seed_number = Vector{Csize_t}(undef, max(n, 0)), seed_of(seed)
    data = with_states(states) do described, count
        generate(n, features1, features2) do out
            ccall(lsmi_synthetic_latent[], Cint, (Ptr{CLatentState}, Csize_t, UInt64, Ref{CDataset}, Ptr{Csize_t}),
                  described, count, seed_number, out, drawn)
        end
    end
    return Dataset(data.x1, data.x2, data.y, data.truth, Int.(drawn) .+ 1)
end

# Exact information of given samples; `write(x1, x2, y, count, out)` is the C call.
function exact(write, x1, x2, y)
    x1, x2, y = samples(dense_matrix(x1)), samples(dense_matrix(x2)), targets(y)
    out = Information(size(x1, 2))
    GC.@preserve x1 x2 out checked(write(describe(x1), describe(x2), y, length(y), describe(out)))
    return out
end

# The generators know Float64 alone.
dense_matrix(x::AbstractMatrix{Float64}) = x
dense_matrix(x::AbstractMatrix{<:Real}) = Matrix{Float64}(x)

"""
    mixed_gaussian_information(x1, x2, y; classes = 2, rho = 0.5, noise = 0.5) -> Information

The exact information of given samples (features × samples, classes from 0) under [`LSMI.mixed_gaussian`](@ref), nats,
with C classes and σ the noise:

    h(x) = −log( 1/C Σ_c N(x; e_c, σ² I) ),   i1 = log C + log softmax(x1 / σ²)_y,   i2 likewise,
    i12 = log C + log softmax((x1 + x2) / (σ² (1 + ρ)))_y

NaN gives NaN. Throws [`LSMIError`](@ref) with status `:empty`, `:shape`, `:class` or `:setting`.

```julia
data = LSMI.mixed_gaussian(10)
LSMI.mixed_gaussian_information(data.x1, data.x2, data.y) == data.truth
```
"""
mixed_gaussian_information(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer};
                           classes::Integer = 2, rho::Real = 0.5, noise::Real = 0.5) =
    exact(x1, x2, y) do x1, x2, y, count, out
        ccall(lsmi_synthetic_gaussian_information[], Cint,
              (Csize_t, Float64, Float64, Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Ref{CInformation}),
              csize("classes", classes), rho, noise, x1, x2, y, count, out)
    end

"""
    planted_xor_information(x1, x2, y; amplitude = 3, seed = 42) -> Information

The exact information of given samples (features × samples, classes from 0) under [`LSMI.planted_xor`](@ref) of as many
dimensions, nats; the seed is that of the directions:

    i(x;y) = log p(x|y) − log p(x),   h(x) = −log p(x)

NaN gives NaN. Throws [`LSMIError`](@ref) with status `:empty`, `:shape`, `:class` or `:setting`.
"""
planted_xor_information(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer};
                        amplitude::Real = 3, seed::Integer = 42) =
    exact(x1, x2, y) do x1, x2, y, count, out
        ccall(lsmi_synthetic_xor_information[], Cint,
              (Csize_t, Float64, UInt64, Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Ref{CInformation}),
              x1.features, amplitude, seed_of(seed), x1, x2, y, count, out)
    end

"""
    kind_mixture_information(x1, x2, y; redundant = 1, unique1 = 1, unique2 = 1, synergistic = 1, amplitude = 4)

The exact [`Information`](@ref) of given samples (3 × samples, classes 0 and 1) under [`LSMI.kind_mixture`](@ref),
nats:

    i(x;y) = log p(x|y) − log p(x),   h(x) = −log p(x)

NaN gives NaN. Throws [`LSMIError`](@ref) with status `:empty`, `:shape`, `:class` or `:setting`.
"""
kind_mixture_information(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer};
                         redundant::Real = 1, unique1::Real = 1, unique2::Real = 1, synergistic::Real = 1,
                         amplitude::Real = 4) =
    exact(x1, x2, y) do x1, x2, y, count, out
        ccall(lsmi_synthetic_mixture_information[], Cint,
              (Float64, Float64, Float64, Float64, Float64, Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t,
               Ref{CInformation}),
              redundant, unique1, unique2, synergistic, amplitude, x1, x2, y, count, out)
    end

"""
    latent_mixture_information(x1, x2, y, states) -> Information

The exact information of given samples (features × samples, classes from 0) under [`LSMI.latent_mixture`](@ref), nats:

    p(x1) = Σ_z p(z) N(x1; mean1_z, deviation1_z² I) and so on,   i(x;y) = log p(x|y) − log p(x),   h(x) = −log p(x)

NaN gives NaN. Throws [`LSMIError`](@ref) with status `:empty`, `:shape`, `:not_finite`, `:class` (also for a class of
no state that occurs) or `:setting`.
"""
latent_mixture_information(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer},
                           states::AbstractVector) =
    with_states(states) do described, state_count
        exact(x1, x2, y) do x1, x2, y, count, out
            ccall(lsmi_synthetic_latent_information[], Cint,
                  (Ptr{CLatentState}, Csize_t, Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Ref{CInformation}),
                  described, state_count, x1, x2, y, count, out)
        end
    end

"""
    agreement(estimate, exact) -> (rmse = …, correlation = …)

How close estimates, one per sample, come to exact values: the root mean square error in the unit of the values,

    rmse = √( mean (estimateᵢ − exactᵢ)² )

and the Pearson correlation, `NaN` if all estimates or all exact values are the same. Throws [`LSMIError`](@ref) with
status `:empty` or `:shape`.
"""
function agreement(estimate::AbstractVector{<:Real}, exact::AbstractVector{<:Real})
    check_size("exact", exact, length(estimate))
    rmse, correlation = Ref(0.0), Ref(0.0)
    checked(ccall(lsmi_agreement[], Cint, (Ptr{Float64}, Ptr{Float64}, Csize_t, Ref{Float64}, Ref{Float64}),
                  dense(Float64, estimate), dense(Float64, exact), length(estimate), rmse, correlation))
    return (rmse = rmse[], correlation = correlation[])
end
