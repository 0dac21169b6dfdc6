"""
    LSMIError(status::Symbol, message::String, field::String = "")

What libLSMI refused, and why. `status` is the kind of error: `:shape`, `:empty`, `:not_finite`, `:class`,
`:unseen_class`, `:one_class`, `:too_few_samples`, `:setting`, `:diverged`, `:cancelled`, `:format`, `:version`, `:io`,
`:type`, … `message` names the argument, what was expected and what was found; rows (samples) and columns (features)
in it count from 0. `field` is what the message names: the argument, array, setting or file at fault, `""` if there is
none.

```julia
try
    score(model, x1, x2, y)
catch exception
    exception isa LSMIError && exception.status === :class || rethrow()
end
```
"""
struct LSMIError <: Exception
    status::Symbol
    message::String
    field::String
end

LSMIError(status::Symbol, message::AbstractString) = LSMIError(status, message, "")

Base.showerror(io::IO, e::LSMIError) = print(io, "LSMIError (", replace(string(e.status), '_' => ' '), "): ", e.message)

"""
    status_name(code::Integer) -> Symbol

The name of a status code of the C interface, as in `LSMIError.status`: 1 is `:shape`.
"""
function status_name(code::Integer)
    name = unsafe_string(ccall(lsmi_status_str[], Ptr{UInt8}, (Cint,), code))
    return Symbol(replace(name, ' ' => '_'))
end

# A text about the last failure of this thread.
function last_error(call)
    length = Ref{Csize_t}(0)
    ccall(call, Cint, (Ptr{UInt8}, Csize_t, Ref{Csize_t}), C_NULL, 0, length)
    buffer = Vector{UInt8}(undef, length[] + 1)
    ccall(call, Cint, (Ptr{UInt8}, Csize_t, Ptr{Csize_t}), buffer, Base.length(buffer), C_NULL)
    return String(resize!(buffer, length[]))
end

# Kept apart so that the functions that check stay small enough to be inlined.
@noinline throw_status(code::Cint) =
    throw(LSMIError(status_name(code), last_error(lsmi_last_error_message[]), last_error(lsmi_last_error_field[])))

# Turns a status into an exception.
@inline checked(code::Cint) = code == 0 ? nothing : throw_status(code)

# For arrays whose lengths the C interface cannot see.
@noinline function throw_size(field, expected, got)
    shown(size) = join(size, "×")
    throw(LSMIError(:shape, "$field: expected $(shown(expected)) elements, got $(shown(got))", string(field)))
end
@inline check_size(field, array, expected::Integer...) =
    size(array) == expected ? nothing : throw_size(field, expected, size(array))

@noinline setting_error(field, expected, got) =
    throw(LSMIError(:setting, "$field: expected $expected, got '$got'", string(field)))

# A whole number as C has it: sizes, counts and seeds are never negative there.
function whole(::Type{T}, field, value::Real) where {T<:Integer}
    isinteger(value) && typemin(T) <= value <= typemax(T) && return T(value)
    setting_error(field, T <: Unsigned ? "a whole number, at least 0" : "a whole number", value)
end
whole(::Type, field, value) = setting_error(field, "a whole number", value)
csize(field, value) = whole(Csize_t, field, value)
seed_of(value) = whole(UInt64, "seed", value)

# The code of a named choice: its place in a tuple of names, from 0.
function choice_code(field, names, choice)
    place = findfirst(==(Symbol(choice)), names)
    place === nothing && setting_error(field, join(names, ", ", " or "), choice)
    return Int32(place - 1)
end

# A text of unknown length; `write(buffer, capacity, length)` is the C call.
function read_text(write)
    length = Ref{Csize_t}(0)
    checked(write(Ptr{UInt8}(C_NULL), 0, length))
    buffer = Vector{UInt8}(undef, length[] + 1)
    GC.@preserve buffer checked(write(pointer(buffer), Base.length(buffer), length))
    return String(resize!(buffer, length[]))
end

# An array of unknown length, likewise.
function read_array(write, ::Type{T}) where {T}
    length = Ref{Csize_t}(0)
    checked(write(Ptr{T}(C_NULL), 0, length))
    array = Vector{T}(undef, length[])
    isempty(array) && return array
    GC.@preserve array checked(write(pointer(array), Base.length(array), length))
    return array
end

# A handle; `make(out)` is the C call.
function read_handle(make)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    checked(make(out))
    return out[]
end
