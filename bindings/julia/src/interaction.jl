# Pure functions: information to atoms.

"""
    Atoms(r, u1, u2, s)

Redundancy, uniqueness of x1 and of x2, and synergy: numbers in nats, usually means over samples.
"""
struct Atoms
    r::Float64
    u1::Float64
    u2::Float64
    s::Float64
end

"""
    Information(i1, i2, i12, h1, h2)

The pointwise information of every sample, five vectors of the same length, nats: i(x1;y), i(x2;y), i(x1,x2;y), h(x1),
h(x2).
"""
struct Information
    i1::Vector{Float64}
    i2::Vector{Float64}
    i12::Vector{Float64}
    h1::Vector{Float64}
    h2::Vector{Float64}
end

Information(n::Integer) = Information((Vector{Float64}(undef, n) for _ in 1:5)...)
Base.length(information::Information) = length(information.i1)
Base.:(==)(a::Information, b::Information) =
    all(getfield(a, name) == getfield(b, name) for name in fieldnames(Information))

# struct LsmiInformationArrays and struct LsmiInformationBuffers
struct CInformation
    struct_size::Csize_t
    samples::Csize_t
    i1::Ptr{Float64}
    i2::Ptr{Float64}
    i12::Ptr{Float64}
    h1::Ptr{Float64}
    h2::Ptr{Float64}
end

# The caller preserves the vectors.
function describe(x::Information)
    n = length(x)
    for name in (:i2, :i12, :h1, :h2)
        check_size(name, getfield(x, name), n)
    end
    return CInformation(sizeof(CInformation), n, pointer(x.i1), pointer(x.i2), pointer(x.i12), pointer(x.h1),
                        pointer(x.h2))
end

# struct LsmiAtomBuffers
struct CAtomBuffers
    struct_size::Csize_t
    samples::Csize_t
    r::Ptr{Float64}
    u1::Ptr{Float64}
    u2::Ptr{Float64}
    s::Ptr{Float64}
end

"""
    atoms(i1, i2, i12, h1, h2) -> (r = …, u1 = …, u2 = …, s = …)
    atoms(information::Information)

    r = min(h1, h2) − min(h1 − i1, h2 − i2),  u1 = i1 − r,  u2 = i2 − r,  s = i12 − i1 − i2 + r

of every sample, nats: vectors of one length in, vectors of that length out; five numbers give four. The information
may come from anywhere (see [`LSMI.information`](@ref)), and so may the surprisals. Throws [`LSMIError`](@ref) with
status `:shape` for different lengths.

```julia
LSMI.atoms([0.5], [0.2], [0.9], [1.0], [1.5])
```
"""
function atoms(information::Information)
    n = length(information)
    out = (r = Vector{Float64}(undef, n), u1 = Vector{Float64}(undef, n), u2 = Vector{Float64}(undef, n),
           s = Vector{Float64}(undef, n))
    return atoms!(out, information)
end

atoms(i1::AbstractVector, i2::AbstractVector, i12::AbstractVector, h1::AbstractVector, h2::AbstractVector) =
    atoms(Information(i1, i2, i12, h1, h2))
atoms(i1::Real, i2::Real, i12::Real, h1::Real, h2::Real) = map(only, atoms([i1], [i2], [i12], [h1], [h2]))

"""
    atoms!(out, information::Information) -> out

[`LSMI.atoms`](@ref) into the `Vector{Float64}`s `out.r`, `out.u1`, `out.u2`, `out.s`, which must not be those of
`information`.
"""
function atoms!(out, information::Information)
    n = length(information)
    for name in (:r, :u1, :u2, :s)
        check_size(name, getproperty(out, name), n)
    end
    r, u1, u2, s = out.r::Vector{Float64}, out.u1::Vector{Float64}, out.u2::Vector{Float64}, out.s::Vector{Float64}
    GC.@preserve information r u1 u2 s begin
        buffers = CAtomBuffers(sizeof(CAtomBuffers), n, pointer(r), pointer(u1), pointer(u2), pointer(s))
        checked(ccall(lsmi_atoms[], Cint, (Ref{CInformation}, Ref{CAtomBuffers}), describe(information), buffers))
    end
    return out
end

"""
    shift(means::Atoms) -> (shift = a, adjusted = Atoms(r + a, u1 − a, u2 − a, s + a))

The constant that adjusts all samples' atoms, from their means, nats:

    a = −min(R, S) if R < 0 or S < 0,  else min(U1, U2) if U1 < 0 or U2 < 0,  else 0

```julia
LSMI.shift(Atoms(-0.1, 0.3, 0.2, 0.4))      # shift 0.1
```
"""
function shift(means::Atoms)
    constant, adjusted = Ref(0.0), Ref(means)
    checked(ccall(lsmi_shift[], Cint, (Ref{Atoms}, Ref{Float64}, Ref{Atoms}), means, constant, adjusted))
    return (shift = constant[], adjusted = adjusted[])
end

"""
    mean(values::AbstractVector) -> Float64

The mean by pairwise summation, as the library takes it; `NaN` of no values.
"""
function mean(values::AbstractVector{<:Real})
    values, result = dense(Float64, values), Ref(0.0)
    checked(ccall(lsmi_mean[], Cint, (Ptr{Float64}, Csize_t, Ref{Float64}), values, length(values), result))
    return result[]
end

"""
    discrete(x1, x2, y; weights = nothing) -> Information

The exact pointwise information of discrete sources by counting, nats. `x1`, `x2`, `y` are vectors of any integers,
one per sample; `weights` counts samples. With p the relative frequencies,

    i1 = log p(y|x1) − log p(y),  i2 likewise,  i12 = log p(y|x1,x2) − log p(y),  h1 = −log p(x1),  h2 = −log p(x2)

Throws [`LSMIError`](@ref) with status `:empty`, `:shape`, `:not_finite` or `:setting` (weights).

```julia
LSMI.atoms(LSMI.discrete([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]))     # exclusive or: s = log 2
```
"""
function discrete(x1::AbstractVector{<:Integer}, x2::AbstractVector{<:Integer}, y::AbstractVector{<:Integer};
                  weights = nothing)
    x1, x2, y, n = targets(x1), targets(x2), targets(y), length(y)
    check_size("x1", x1, n)
    check_size("x2", x2, n)
    weights = weights_of(Float64, weights, n)
    bytes = Ref{Csize_t}(0)
    checked(ccall(lsmi_discrete_workspace[], Cint, (Csize_t, Ref{Csize_t}), n, bytes))
    workspace, out = Vector{Float64}(undef, cld(bytes[], sizeof(Float64))), Information(n)
    GC.@preserve out weights checked(ccall(lsmi_discrete[], Cint,
        (Ptr{Int64}, Ptr{Int64}, Ptr{Int64}, Ptr{Cvoid}, Csize_t, Ptr{Cvoid}, Ref{CInformation}),
        x1, x2, y, address(weights), n, workspace, describe(out)))
    return out
end

"""
    joint_categories(columns...) -> Vector{Int64}

One category number per sample for several discrete variables together, as [`LSMI.discrete`](@ref) takes it: 0, 1, …
number the tuples that occur, in sorted order (by the first column, then the second, …). The columns are vectors of any
integers, one per sample. Throws [`LSMIError`](@ref) with status `:empty` or `:shape`.

```julia
LSMI.joint_categories([7, 7, -1], [0, 1, 5])        # [1, 2, 0]
```
"""
function joint_categories(columns::AbstractVector{<:Integer}...)
    columns = map(targets, columns)
    out = Vector{Int64}(undef, isempty(columns) ? 0 : length(columns[1]))
    for (number, column) in enumerate(columns)
        check_size("column $number", column, length(out))
    end
    pointers = Ptr{Int64}[pointer(column) for column in columns]
    GC.@preserve columns checked(ccall(lsmi_joint_categories[], Cint, (Ptr{Ptr{Int64}}, Csize_t, Csize_t, Ptr{Int64}),
                                       pointers, length(pointers), length(out), out))
    return out
end

"""
    log_sum_exp(values::AbstractMatrix; level = nothing) -> Vector
    log_sum_exp(values::AbstractVector; level = nothing) -> Number

log Σ exp of every column, or of a vector. All −∞ gives −∞, any NaN gives NaN. `level` names the instruction set, as of
[`LSMI.with_level`](@ref). Throws [`LSMIError`](@ref) with status `:empty` if there is nothing to add up, `:setting` for
another level.

```julia
LSMI.log_sum_exp([0.0 -Inf; 0.0 1.0])       # [log(2), 1.0]
```
"""
function log_sum_exp(values::AbstractMatrix{<:Real}; level = nothing)
    values = samples(values)
    return log_sum_exp!(Vector{eltype(values)}(undef, size(values, 2)), values; level = level)
end

log_sum_exp(values::AbstractVector{<:Real}; level = nothing) = only(log_sum_exp(reshape(values, :, 1); level = level))

"""
    log_sum_exp!(out::Vector, values::AbstractMatrix; level = nothing) -> out

[`LSMI.log_sum_exp`](@ref) of every column into `out`.
"""
function log_sum_exp!(out::Vector{T}, values::AbstractMatrix{T}; level = nothing) where {T<:Real32or64}
    values = samples(values)
    check_size("out", out, size(values, 2))
    GC.@preserve values checked(level === nothing ?
        ccall(lsmi_log_sum_exp[], Cint, (Ref{CMatrix}, Ptr{T}), describe(values), out) :
        ccall(lsmi_log_sum_exp_with_level[], Cint, (Ref{CMatrix}, Cstring, Ptr{T}), describe(values), string(level), out))
    return out
end

"""
    information(log_probabilities, y; log_prior = nothing) -> Vector{Float64}

    i = log p(y|x) − log p(y)

of every sample, nats, from the log-probabilities of any classifier: classes × samples, of class numbers `y` from 0.
`log_prior` has log p(y) of every class; without it, p(y) = 1/C. Call it once each for p(y|x1), p(y|x2), p(y|x1,x2),
then [`LSMI.atoms`](@ref) with any surprisals h1, h2. Throws [`LSMIError`](@ref) with status `:empty`, `:shape`,
`:class` or `:not_finite`.

```julia
LSMI.information(log.([0.9 0.2; 0.1 0.8]), [0, 1])
```
"""
function information(log_probabilities::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer}; log_prior = nothing)
    rows, y = samples(log_probabilities), targets(y)
    log_prior = weights_of(Float64, log_prior, size(rows, 1), "log_prior")
    out = Vector{Float64}(undef, length(y))
    GC.@preserve rows log_prior checked(ccall(lsmi_information_from_log_probabilities[], Cint,
        (Ref{CMatrix}, Ptr{Int64}, Csize_t, Ptr{Cvoid}, Ptr{Float64}),
        describe(rows), y, length(y), address(log_prior), out))
    return out
end
