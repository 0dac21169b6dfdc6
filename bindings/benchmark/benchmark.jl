# The Julia side of bindings/benchmark/run: answers requests `log_density|score f32|f64 ROUNDS`, a line each, with the
# median seconds of a call, a number that it computed, and the bytes that a call of log_density! allocates.
# benchmark.rs says what is in the folder of the argument.
using LSMI, Printf

const d, modes, calls, samples, features = 10, 5, 1000, 100_000, 64
const folder = ARGS[1]

numbers(T, name, sizes...) = read!(joinpath(folder, name), Array{T}(undef, sizes...))

# What the requests of one number type work on.
function cases(T, type)
    means, diagonal, triangle, logits, x = open(joinpath(folder, "density-" * type)) do file
        map(sizes -> read!(file, Array{T}(undef, sizes...)), ((d, modes), (d, modes), (d, d, modes), (modes,), (d,)))
    end
    # The file has the rows of T_k one after the other.
    triangle = permutedims(triangle, (2, 1, 3))
    return (density = Marginal(means, diagonal, triangle, logits; bounded = true), x = x,
            model = LSMI.load(joinpath(folder, "model-" * type)), x1 = numbers(T, "x1-" * type, features, samples),
            x2 = numbers(T, "x2-" * type, features, samples), y = numbers(Int64, "y", samples))
end

function repeated(out, density, x)
    for _ in 1:calls
        log_density!(out, density, x)
    end
end

function median_seconds(round, rounds)
    times = map(1:rounds) do _
        begin_ = time_ns()
        round()
        (time_ns() - begin_) / 1e9
    end
    return sort!(times)[rounds ÷ 2 + 1]
end

function answer(::Val{:log_density}, case, rounds)
    out = zeros(eltype(case.x), 1)
    repeated(out, case.density, case.x)
    bytes = allocated(out, case.density, case.x)
    seconds = median_seconds(() -> repeated(out, case.density, case.x), rounds) / calls
    @printf("%.9g %.17g %g\n", seconds, out[1], bytes / calls)
end

allocated(out, density, x) = @allocated repeated(out, density, x)

function answer(::Val{:score}, case, rounds)
    scores = Scores(samples)
    seconds = median_seconds(() -> score!(scores, case.model, case.x1, case.x2, case.y), rounds)
    @printf("%.9g %.17g\n", seconds, scores.summary.raw.s)
end

const single, double = cases(Float32, "f32"), cases(Float64, "f64")
for line in eachline(stdin)
    name, type, rounds = split(line)
    answer(Val(Symbol(name)), type == "f32" ? single : double, parse(Int, rounds))
    flush(stdout)
end
