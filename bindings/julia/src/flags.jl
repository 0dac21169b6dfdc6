# Signs that results may mislead.

# struct LsmiFlag
struct CFlag
    struct_size::Csize_t
    figure::Float64
    name::Ptr{UInt8}
    subject::Ptr{UInt8}
    finding::Ptr{UInt8}
    advice::Ptr{UInt8}
end

"""
    Flag

A sign that results may mislead: its `name`, such as `:unit_norm`; the `subject`, `:x1`, `:x2`, `:y`, or `:reading` for
the samples as the fit read them; the `figure` that gave rise to it; the `finding`, what was found; and the `advice`, what
to do about it.
"""
struct Flag
    name::Symbol
    subject::Symbol
    figure::Float64
    finding::String
    advice::String
end

Flag(c::CFlag) = Flag(Symbol(unsafe_string(c.name)), Symbol(unsafe_string(c.subject)), c.figure,
                      unsafe_string(c.finding), unsafe_string(c.advice))

# The flags of a handle that `make(out)` makes.
function read_flags(make)
    handle = read_handle(make)
    try
        count = Ref{Csize_t}(0)
        checked(ccall(lsmi_flags_count[], Cint, (Ptr{Cvoid}, Ref{Csize_t}), handle, count))
        return map(1:Int(count[])) do number
            flag = Ref(CFlag(sizeof(CFlag), 0.0, C_NULL, C_NULL, C_NULL, C_NULL))
            checked(ccall(lsmi_flags_get[], Cint, (Ptr{Cvoid}, Csize_t, Ref{CFlag}), handle, number - 1, flag))
            Flag(flag[])
        end
    finally
        ccall(lsmi_flags_free[], Cint, (Ptr{Cvoid},), handle)
    end
end

"""
    flags(model::Model) -> Vector{LSMI.Flag}

Signs that the results may mislead, found in the training samples and in their reading, each an [`LSMI.Flag`](@ref); none
of an imported model.

```julia
for flag in LSMI.flags(model)
    println(flag.subject, ": ", flag.finding, "; ", flag.advice)
end
```
"""
flags(model::Model) =
    read_flags(out -> ccall(lsmi_model_flags[], Cint, (Ptr{Cvoid}, Ref{Ptr{Cvoid}}), model, out))

"""
    data_flags(x1, x2, y) -> Vector{LSMI.Flag}

What two modalities and classes, before any fit, give reason to doubt: constant, nearly constant, duplicated and dependent
features, different scales, samples on a sphere, few samples, small classes. Throws [`LSMIError`](@ref) with status
`:type`, `:empty`, `:shape` or `:not_finite`.

```julia
[flag.name for flag in LSMI.data_flags(x1, x2, y)]
```
"""
function data_flags(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer})
    x1, x2, y = samples(x1), samples(x2), targets(y)
    return GC.@preserve x1 x2 read_flags() do out
        ccall(lsmi_data_flags[], Cint, (Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Ref{Ptr{Cvoid}}),
              describe(x1), describe(x2), y, length(y), out)
    end
end
