# The density as the formula has it.
function reference_log_density(p, bounded, x)
    d, k = size(p.means)
    terms = map(1:k) do mode
        ell = p.log_diagonal isa AbstractVector ? p.log_diagonal : p.log_diagonal[:, mode]
        sigma = bounded ? tanh.(ell) : ell
        a = zeros(d, d)
        for i in 1:d, j in 1:d
            lower = i > j && p.triangle !== nothing ? p.triangle[i, j, mode] : 0.0
            a[i, j] = ((i == j) + lower) * exp(sigma[j])
        end
        z = a * (x - p.means[:, mode])
        -sum(abs2, z) / 2 + sum(sigma) + p.logits[mode] - log(sum(exp, p.logits))
    end
    top = maximum(terms)
    return top + log(sum(exp, terms .- top)) - d / 2 * log(2pi)
end

random_parameters(rng, d, k; shared = false, full = true) =
    (means = randn(rng, d, k), log_diagonal = shared ? randn(rng, d) : randn(rng, d, k) ./ 2,
     triangle = full ? randn(rng, d, d, k) : nothing, logits = randn(rng, k))

below(triangle) = [i > j ? triangle[i, j, k] : zero(eltype(triangle)) for i in axes(triangle, 1),
                   j in axes(triangle, 2), k in axes(triangle, 3)]

@testset "log-density" begin
    normal = Marginal(zeros(2, 1), zeros(2, 1), nothing, [0.0]; bounded = false)
    @test log_density(normal, [0.0, 0.0]) ≈ -log(2pi)
    @test log_density(normal, [3.0, 4.0]) ≈ -12.5 - log(2pi)
    # A Gaussian of covariance Σ with Σ⁻¹ = AᵀA, A = (I + T)·diag(exp ℓ): where rows and columns of T are told apart.
    gaussian = Marginal(reshape([1.0, -1.0], 2, 1), zeros(2, 1), reshape([0.0 9.0; 0.5 9.0], 2, 2, 1), [3.0]; bounded = false)
    @test log_density(gaussian, [2.0, 1.0]) ≈ -(1.0^2 + (0.5 * 1.0 + 2.0)^2) / 2 - log(2pi)
    rng = MersenneTwister(1)
    for shared in (false, true), full in (false, true), bounded in (false, true), (d, k) in ((1, 1), (3, 1), (4, 5), (10, 5), (17, 2))
        p = random_parameters(rng, d, k; shared = shared, full = full)
        density = Marginal(p...; bounded = bounded)
        @test (density.features, density.modes, density.bounded) == (d, k, bounded)
        @test density.diagonal === (shared && k > 1 ? :shared : density.diagonal)
        @test density.triangle === (full ? :full : :none)
        x = randn(rng, d, 7)
        expected = [reference_log_density(p, bounded, x[:, n]) for n in 1:7]
        @test log_density(density, x) ≈ expected rtol = 1e-12
        @test [log_density(density, x[:, n]) for n in 1:7] ≈ expected rtol = 1e-12
        @test isnan(log_density(density, fill(NaN, d)))
    end
end

@testset "parameters survive" begin
    rng = MersenneTwister(2)
    for T in (Float32, Float64), shared in (false, true), full in (false, true)
        p = random_parameters(rng, 4, 3; shared = shared, full = full)
        p = map(a -> a === nothing ? nothing : T.(a), p)
        density = Marginal(p...; bounded = false)
        @test eltype(density) === T
        back = LSMI.parameters(density)
        @test (back.means, back.log_diagonal, back.logits) == (p.means, p.log_diagonal, p.logits)
        @test full ? back.triangle == below(p.triangle) : back.triangle === nothing
        @test log_density(Marginal(back...; bounded = false), ones(T, 4)) === log_density(density, ones(T, 4))
    end
end

# Derivatives of `f` by central differences for the elements of `a` that count.
function differences(f, a)
    result = zero(a)
    for index in eachindex(a)
        old, step = a[index], 1e-6
        a[index] = old + step
        up = f()
        a[index] = old - step
        result[index] = (up - f()) / 2step
        a[index] = old
    end
    return result
end

@testset "gradients" begin
    rng = MersenneTwister(3)
    for shared in (false, true), full in (false, true), bounded in (false, true)
        p = random_parameters(rng, 3, 2; shared = shared, full = full)
        x, weights, upstream = randn(rng, 3, 5), rand(rng, 5), randn(rng, 5)
        each() = log_density(Marginal(p...; bounded = bounded), x)
        mean_loss() = -sum(weights .* each()) / sum(weights)
        sum_loss() = -sum(upstream .* each())
        density = Marginal(p...; bounded = bounded)
        g = LSMI.gradient(density, x; weights = weights)
        s = LSMI.weighted_sum_gradient(density, x, upstream)
        @test g.loss ≈ mean_loss()
        @test s.sum ≈ sum_loss()
        @test LSMI.gradient(density, x).loss ≈ -sum(each()) / 5
        for (gradient, loss) in ((g, mean_loss), (s, sum_loss))
            @test gradient.x ≈ differences(loss, x) atol = 1e-7
            @test gradient.parameters.means ≈ differences(loss, p.means) atol = 1e-7
            @test gradient.parameters.log_diagonal ≈ differences(loss, p.log_diagonal) atol = 1e-7
            @test gradient.parameters.logits ≈ differences(loss, p.logits) atol = 1e-7
            full && @test gradient.parameters.triangle ≈ differences(loss, p.triangle) atol = 1e-7
            full || @test gradient.parameters.triangle === nothing
        end
    end
end

@testset "one sample allocates nothing" begin
    rng = MersenneTwister(4)
    allocated(out, density, x) = @allocated log_density!(out, density, x)
    for T in (Float32, Float64)
        p = map(a -> T.(a), random_parameters(rng, 10, 5))
        density, out, x, many = Marginal(p...; bounded = false), zeros(T, 1), randn(rng, T, 10), randn(rng, T, 10, 40)
        for (out, x) in ((out, x), (out, view(many, :, 3)), (view(zeros(T, 3), 2:2), x), (zeros(T, 40), many))
            allocated(out, density, x)
            @test allocated(out, density, x) == 0
        end
        @test log_density!(out, density, x)[1] === log_density(density, x)
    end
end

@testset "a fitted density" begin
    x = randn(MersenneTwister(5), 2, 600) .* [1.0, 3.0] .+ [5.0, 0.0]
    seen = LSMI.Progress[]
    density = fit(Marginal, x; modes = 2, epochs = 40, held_out = 501:600, seed = 3, progress = p -> push!(seen, p))
    # The entropy of the data's own Gaussian.
    @test -sum(log_density(density, x)) / 600 ≈ log(2pi * exp(1)) + log(3) atol = 0.15
    @test !isempty(seen) && all(p.component === :density && p.epochs == 40 for p in seen)
    @test isfinite(seen[1].validation_loss)
    again = fit(Marginal, x; modes = 2, epochs = 40, held_out = 501:600, seed = 3)
    @test LSMI.parameters(again) == LSMI.parameters(density)
    form = fit(Marginal, Float32.(x); epochs = 1, diagonal = :shared, triangle = :none, bounded = true)
    @test eltype(form) === Float32
    @test (form.modes, form.diagonal, form.triangle, form.bounded) == (5, :shared, :none, true)
    @test form.train_means && form.train_weights
    fixed = fit(Marginal, x; epochs = 2, train_means = false, start = :samples)
    @test !fixed.train_means && fixed.train_weights
    @test all(mean in collect(eachcol(x)) for mean in eachcol(LSMI.parameters(fixed).means))
    weighted = fit(Marginal, x; epochs = 1, weights = [ones(300); zeros(300)])
    @test LSMI.parameters(weighted) != LSMI.parameters(fit(Marginal, x; epochs = 1))
end

@testset "a density that is trained further" begin
    x = randn(MersenneTwister(6), 2, 300) .* [1.0, 3.0] .+ [5.0, 0.0]
    start = fit(Marginal, x; modes = 2, start = :samples, epochs = 3, seed = 3)
    before = LSMI.parameters(start)
    @test LSMI.parameters(LSMI.refine(start, x; epochs = 0)) == before
    seen = LSMI.Progress[]
    better = LSMI.refine(start, x; epochs = 4, held_out = 251:300, patience = 9, progress = p -> (push!(seen, p); nothing))
    @test LSMI.gradient(better, x).loss < LSMI.gradient(start, x).loss
    @test LSMI.parameters(start) == before
    course = LSMI.history(better)
    @test course.losses == [p.loss for p in seen]
    @test course.validation_losses[2:end] == [p.validation_loss for p in seen] && length(course.validation_losses) == 5
    @test 1 <= course.best_epoch <= 4
    @test length(LSMI.history(start).losses) == 3
    # What training does not move stays; a sample of weight 0 does not count.
    fixed = Marginal(Float32.(before.means), Float32.(before.log_diagonal), nothing, Float32[0, 0]; bounded = false,
                     train_means = false)
    @test LSMI.history(fixed) == (losses = Float64[], validation_losses = Float64[], best_epoch = 0)
    y = Float32.(x)
    weights = [zeros(100); ones(200)]
    moved = LSMI.refine(fixed, y; epochs = 2, weights = weights)
    @test eltype(moved) === Float32 && LSMI.parameters(moved).means == Float32.(before.means)
    @test LSMI.parameters(moved).log_diagonal != LSMI.parameters(fixed).log_diagonal
    y[:, 1:100] .= 1000
    @test LSMI.parameters(LSMI.refine(fixed, y; epochs = 2, weights = weights)) == LSMI.parameters(moved)
    @test caught(() -> LSMI.refine(start, x; progress = p -> :cancel)).status === :cancelled
end

@testset "instruction sets" begin
    @test LSMI.simd_levels()[1] === :portable && LSMI.simd_level() in LSMI.simd_levels()
    rng = MersenneTwister(8)
    for T in (Float32, Float64)
        density = Marginal(map(a -> T.(a), random_parameters(rng, 10, 5))...; bounded = true)
        x = randn(rng, T, 10, 40)
        @test LSMI.level(density) === LSMI.simd_level()
        for name in LSMI.simd_levels()
            copy = LSMI.with_level(density, name)
            @test LSMI.level(copy) === name
            @test log_density(copy, x) ≈ log_density(density, x) rtol = 20eps(T)
        end
        @test log_density(LSMI.with_level(density, LSMI.simd_level()), x) == log_density(density, x)
        @test LSMI.level(LSMI.with_level(density, "avx512")) === LSMI.simd_levels()[end]
    end
end
