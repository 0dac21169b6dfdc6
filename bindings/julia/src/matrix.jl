# Samples in Julia's memory.

# The numbers that the library computes with.
const Real32or64 = Union{Float32, Float64}

type_code(::Type{Float32}) = Int32(0)
type_code(::Type{Float64}) = Int32(1)
number_type(code::Integer) = code == 0 ? Float32 : Float64

# struct LsmiMatrix
struct CMatrix
    struct_size::Csize_t
    data::Ptr{Cvoid}
    samples::Csize_t
    features::Csize_t
    stride::Csize_t
    type::Int32
end

CMatrix(data::Ptr{T}, samples, features, stride) where {T<:Real32or64} =
    CMatrix(sizeof(CMatrix), data, samples, features, stride, type_code(T))

# Whether every column is contiguous and columns do not overlap.
function fits(x::StridedMatrix)
    (d, n) = size(x)
    return (d <= 1 || stride(x, 1) == 1) && (n <= 1 || stride(x, 2) >= d)
end

# The samples as the library can read them: the array itself where that is possible, else a copy.
samples(x::Matrix{<:Real32or64}, ::Type = Float64) = x
samples(x::StridedMatrix{<:Real32or64}, ::Type = Float64) = fits(x) ? x : Matrix(x)
samples(x::AbstractMatrix{T}, ::Type = Float64) where {T<:Real32or64} = Matrix{T}(x)
samples(x::AbstractMatrix{<:Real}, ::Type{T} = Float64) where {T} = Matrix{T}(x)

# Describes what `samples` gave; the caller preserves `x`.
@inline function describe(x::StridedMatrix{T}) where {T<:Real32or64}
    (d, n) = size(x)
    return CMatrix(convert(Ptr{T}, pointer(x)), n, d, n <= 1 ? d : stride(x, 2))
end

# Class or category numbers as the library reads them.
targets(y::Vector{Int64}) = y
targets(y::StridedVector{Int64}) = stride(y, 1) == 1 ? y : Vector{Int64}(y)
targets(y::AbstractVector{<:Integer}) = Vector{Int64}(y)

# Numbers of one type without gaps; `nothing` stays.
dense(::Type{T}, values::Array{T}) where {T} = values
dense(::Type{T}, values::AbstractArray{<:Real}) where {T} = Array{T}(values)
dense(::Type, ::Nothing) = nothing

# A weight per sample, or `nothing`.
function weights_of(::Type{T}, weights, n::Integer, field = "weights") where {T}
    weights === nothing && return nothing
    check_size(field, weights, n)
    return dense(T, weights)
end

# The address of an optional array; the caller preserves it.
address(::Nothing) = C_NULL
address(values::Array) = Ptr{Cvoid}(pointer(values))
