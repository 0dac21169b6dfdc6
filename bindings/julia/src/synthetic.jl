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
[`Information`](@ref) of every sample, nats; `LSMI.atoms(data.truth)` are the exact atoms.
"""
struct Dataset
    x1::Matrix{Float64}
    x2::Matrix{Float64}
    y::Vector{Int64}
    truth::Information
end

# `make(out)` is the C call.
function generate(make, n::Integer, features1::Integer, features2::Integer)
    n >= 0 || setting_error("samples", "a whole number, at least 1", n)
    data = Dataset(Matrix{Float64}(undef, max(features1, 0), n), Matrix{Float64}(undef, max(features2, 0), n),
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
    mixed_gaussian(n; classes = 2, rho = 0.5, noise = 0.5, seed = 0) -> Dataset

n samples of the mixed Gaussian, with y uniform and u, v ~ N(0, I), `classes` features each:

    x1 = onehot(y) + noise · u,   x2 = onehot(y) + noise · (ρ u + √(1 − ρ²) v)

Throws [`LSMIError`](@ref) with status `:setting` or `:empty`.
"""
mixed_gaussian(n::Integer; classes::Integer = 2, rho::Real = 0.5, noise::Real = 0.5, seed::Integer = 0) =
    generate(n, classes, classes) do out
        ccall(lsmi_synthetic_gaussian[], Cint, (Csize_t, Float64, Float64, UInt64, Ref{CDataset}),
              classes, rho, noise, seed, out)
    end

"""
    planted_xor(n; dimension = 4, amplitude = 4, seed = 0) -> Dataset

n samples of a planted exclusive or, with random unit vectors w1, w2 and `dimension` features each:

    b2 = b1 xor y,   x_k = amplitude · (2 b_k − 1) · w_k + N(0, I)

Throws [`LSMIError`](@ref) with status `:setting` or `:empty`.
"""
planted_xor(n::Integer; dimension::Integer = 4, amplitude::Real = 4, seed::Integer = 0) =
    generate(n, dimension, dimension) do out
        ccall(lsmi_synthetic_xor[], Cint, (Csize_t, Float64, UInt64, Ref{CDataset}), dimension, amplitude, seed, out)
    end

"""
    circuit(name, n; seed = 0) -> Dataset

n draws of the inputs of a logic gate, y its output: `:xor`, `:or`, `:and`, `:not_x2`, `:copy` (one feature each) or
`:xor_not` (two each). Throws [`LSMIError`](@ref) with status `:setting` or `:empty`.
"""
function circuit(name::Union{Symbol, AbstractString}, n::Integer; seed::Integer = 0)
    features = Symbol(name) === :xor_not ? 2 : 1
    return generate(n, features, features) do out
        ccall(lsmi_synthetic_circuit[], Cint, (Cstring, UInt64, Ref{CDataset}), string(name), seed, out)
    end
end

"""
    kind_mixture(n; redundant = 1, unique1 = 1, unique2 = 1, synergistic = 1, amplitude = 4, seed = 0) -> Dataset

n samples that are redundant, unique to x1, unique to x2, or synergistic, in the given shares (relative numbers);
three features each, signals at `amplitude` standard deviations. Throws [`LSMIError`](@ref) with status `:setting` or
`:empty`.
"""
kind_mixture(n::Integer; redundant::Real = 1, unique1::Real = 1, unique2::Real = 1, synergistic::Real = 1,
             amplitude::Real = 4, seed::Integer = 0) =
    generate(n, 3, 3) do out
        ccall(lsmi_synthetic_mixture[], Cint, (Float64, Float64, Float64, Float64, Float64, UInt64, Ref{CDataset}),
              redundant, unique1, unique2, synergistic, amplitude, seed, out)
    end
