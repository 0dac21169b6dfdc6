# A small reader of JSON: the package's tests have the standard library only. Numbers with a point or an exponent
# become Float64, others Int64 (or Float64 where they are too large).
module Json

mutable struct Reader
    text::Vector{UInt8}
    at::Int
end

parse(text::AbstractString) = value(Reader(Vector{UInt8}(text), 1))
parse_file(path) = parse(read(path, String))

function next(r::Reader)
    while r.text[r.at] in UInt8.((' ', '\n', '\r', '\t'))
        r.at += 1
    end
    return Char(r.text[r.at])
end

function expect(r::Reader, c::Char)
    next(r) == c || error("JSON: expected '$c' at byte $(r.at)")
    r.at += 1
end

function value(r::Reader)
    c = next(r)
    c == '{' && return object(r)
    c == '[' && return array(r)
    c == '"' && return text(r)
    for (word, meaning) in (("true", true), ("false", false), ("null", nothing))
        stop = r.at + length(word) - 1
        if stop <= length(r.text) && r.text[r.at:stop] == codeunits(word)
            r.at = stop + 1
            return meaning
        end
    end
    return number(r)
end

function object(r::Reader)
    result = Dict{String, Any}()
    expect(r, '{')
    while next(r) != '}'
        isempty(result) || expect(r, ',')
        next(r)
        key = text(r)
        expect(r, ':')
        result[key] = value(r)
    end
    expect(r, '}')
    return result
end

function array(r::Reader)
    result = Any[]
    expect(r, '[')
    while next(r) != ']'
        isempty(result) || expect(r, ',')
        push!(result, value(r))
    end
    expect(r, ']')
    return result
end

const escapes = Dict('n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', '"' => '"', '\\' => '\\',
                     '/' => '/')

function text(r::Reader)
    result = UInt8[]
    expect(r, '"')
    while r.text[r.at] != UInt8('"')
        byte = r.text[r.at]
        r.at += 1
        if byte != UInt8('\\')
            push!(result, byte)
            continue
        end
        escape = Char(r.text[r.at])
        r.at += 1
        if escape == 'u'
            # Characters beyond 0xffff, which come as two, do not occur.
            code = Base.parse(UInt16, String(r.text[r.at:r.at + 3]); base = 16)
            append!(result, codeunits(string(Char(code))))
            r.at += 4
        else
            push!(result, UInt8(escapes[escape]))
        end
    end
    r.at += 1
    return String(result)
end

function number(r::Reader)
    start = r.at
    while r.at <= length(r.text) && Char(r.text[r.at]) in "+-.eE0123456789"
        r.at += 1
    end
    digits = String(r.text[start:r.at - 1])
    whole = tryparse(Int64, digits)
    return whole === nothing ? Base.parse(Float64, digits) : whole
end

end
