# Times of calls from Julia, one JSON object per line:
#     LSMI_LIBRARY=… julia --project=bindings/julia bindings/julia/benchmark.jl
using LSMI, Printf

# A deterministic density of K modes in d dimensions.
function density(T, d, k)
    wave(n) = T(sin(1.7n))
    means = T[wave(i + d * m) for i in 1:d, m in 1:k]
    triangle = T[0.2 * wave(i + 3j + 5m) for i in 1:d, j in 1:d, m in 1:k]
    return Marginal(means, T(0.3) .* means, triangle, T[wave(m) for m in 1:k]; bounded = false)
end

function repeated(out, marginal, x, calls)
    for _ in 1:calls
        log_density!(out, marginal, x)
    end
end

allocated(out, marginal, x, calls) = @allocated repeated(out, marginal, x, calls)

# Seconds of each of `rounds` runs.
function seconds(work, rounds)
    work()
    return sort!([@elapsed(work()) for _ in 1:rounds])
end

middle(times) = times[cld(length(times), 2)]

for T in (Float32, Float64)
    marginal, out, x, calls = density(T, 10, 5), zeros(T, 1), T[cos(n) for n in 1:10], 20_000
    times = seconds(() -> repeated(out, marginal, x, calls), 101) ./ calls
    bytes = allocated(out, marginal, x, calls)
    @printf("{\"name\": \"log_density_one_sample\", \"language\": \"julia\", \"type\": \"%s\", \"d\": 10, \"modes\": 5, \"min_ns\": %.1f, \"median_ns\": %.1f, \"allocated_bytes\": %d}\n",
            T === Float32 ? "f32" : "f64", 1e9 * times[1], 1e9 * middle(times), bytes)
end

for T in (Float32, Float64)
    # Both modalities have d features; what the model has learned does not matter for the time.
    n, d, classes = 100_000, 64, 10
    y = [i % classes for i in 0:n - 1]
    x1 = T[sin(0.1 * i * (j + 1) + y[j]) for i in 1:d, j in 1:n]
    x2 = T[cos(0.2 * i * (j + 3) + y[j]) for i in 1:d, j in 1:n]
    model = fit(view(x1, :, 1:2000), view(x2, :, 1:2000), y[1:2000]; density_epochs = 1, classifier_epochs = 1)
    scores = Scores(n)
    times = seconds(() -> score!(scores, model, x1, x2, y), 7)
    @printf("{\"name\": \"score\", \"language\": \"julia\", \"type\": \"%s\", \"samples\": %d, \"d\": %d, \"modes\": 5, \"classes\": %d, \"min_ms\": %.2f, \"median_ms\": %.2f}\n",
            T === Float32 ? "f32" : "f64", n, d, classes, 1e3 * times[1], 1e3 * middle(times))
end
