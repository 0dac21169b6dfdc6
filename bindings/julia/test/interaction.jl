@testset "atoms" begin
    rng = MersenneTwister(7)
    i1, i2, i12, h1, h2 = (randn(rng, 50) for _ in 1:5)
    a = LSMI.atoms(i1, i2, i12, h1, h2)
    @test a.r ≈ min.(h1, h2) .- min.(h1 .- i1, h2 .- i2)
    @test a.r .+ a.u1 ≈ i1
    @test a.r .+ a.u2 ≈ i2
    @test a.r .+ a.u1 .+ a.u2 .+ a.s ≈ i12
    @test LSMI.atoms(Information(i1, i2, i12, h1, h2)) == a
    one = LSMI.atoms(i1[1], i2[1], i12[1], h1[1], h2[1])
    @test one === (r = a.r[1], u1 = a.u1[1], u2 = a.u2[1], s = a.s[1])
    room = (r = zeros(50), u1 = zeros(50), u2 = zeros(50), s = zeros(50))
    @test LSMI.atoms!(room, Information(i1, i2, i12, h1, h2)) === room
    @test room == a
    # A scoring result has the same names.
    scores = Scores(50)
    LSMI.atoms!(scores, Information(i1, i2, i12, h1, h2))
    @test scores.s == a.s
end

@testset "the shift" begin
    @test LSMI.shift(Atoms(-0.25, 0.5, 0.5, 0.5)) === (shift = 0.25, adjusted = Atoms(0.0, 0.25, 0.25, 0.75))
    @test LSMI.shift(Atoms(0.5, -0.25, 0.5, 0.5)) === (shift = -0.25, adjusted = Atoms(0.25, 0.0, 0.75, 0.25))
    @test LSMI.shift(Atoms(0.5, 0.5, 0.5, 0.5)) === (shift = 0.0, adjusted = Atoms(0.5, 0.5, 0.5, 0.5))
    @test LSMI.mean([1, 2, 6]) === 3.0
    @test isnan(LSMI.mean(Float64[]))
end

@testset "discrete sources" begin
    a = LSMI.atoms(LSMI.discrete([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]))
    @test a.s ≈ fill(log(2), 4)
    @test maximum(abs, a.r) < 1e-15
    weighted = LSMI.discrete(Int8[5, 5, 7], [false, true, false], UInt16[1, 2, 1]; weights = [2, 1, 1])
    repeated = LSMI.discrete([5, 5, 5, 7], [0, 0, 1, 0], [1, 1, 2, 1])
    @test weighted.i1 ≈ repeated.i1[2:4] && weighted.h2 ≈ repeated.h2[2:4]
end

@testset "joint categories" begin
    @test LSMI.joint_categories([7, 7, -1], Int8[0, 1, 5]) == [1, 2, 0]
    @test LSMI.joint_categories([false, true, false]) == [0, 1, 0]
    gaps = view([5, 0, 5, 0, 4], 1:2:5)
    @test LSMI.joint_categories(gaps, [1, 1, 1]) == [1, 1, 0]
    # Two bits as one source tell an exclusive or, which neither tells alone.
    a, b = [0, 0, 1, 1], [0, 1, 0, 1]
    @test LSMI.discrete(LSMI.joint_categories(a, b), zeros(Int, 4), [0, 1, 1, 0]).i1 ≈ fill(log(2), 4)
end

@testset "log-sum-exp and information" begin
    @test LSMI.log_sum_exp([0.0 -Inf; 0.0 1.0]) ≈ [log(2), 1.0]
    @test LSMI.log_sum_exp(Float32[-Inf, -Inf]) === -Inf32
    @test LSMI.log_sum_exp([0.0, 0.0]; level = :portable) ≈ log(2)
    values = randn(MersenneTwister(9), 5, 30)
    @test LSMI.log_sum_exp(values; level = LSMI.simd_level()) == LSMI.log_sum_exp(values)
    @test LSMI.log_sum_exp!(zeros(30), values; level = "portable") ≈ LSMI.log_sum_exp(values) rtol = 1e-14
    # Columns with gaps are added up one by one, to the bit as without.
    @test LSMI.log_sum_exp(view([values; values], 1:5, :)) == LSMI.log_sum_exp(values)
    @test isnan(LSMI.log_sum_exp([NaN, 1.0]))
    @test LSMI.log_sum_exp([1000, 1000]) ≈ 1000 + log(2)
    probabilities = [0.9 0.2; 0.1 0.8]
    @test LSMI.information(log.(probabilities), [0, 1]) ≈ log.([0.9, 0.8] ./ 0.5)
    @test LSMI.information(log.(probabilities), [0, 1]; log_prior = log.([0.25, 0.75])) ≈ log.([0.9 / 0.25, 0.8 / 0.75])
    # Columns with gaps are read where they lie.
    gaps = view([log.(probabilities); zeros(1, 2)], 1:2, :)
    @test LSMI.information(gaps, [0, 1]) == LSMI.information(log.(probabilities), [0, 1])
end

@testset "generators" begin
    for data in (LSMI.mixed_gaussian(20; classes = 3), LSMI.planted_xor(20; dimension = 3), LSMI.kind_mixture(20))
        @test size(data.x1) == size(data.x2) == (3, 20)
        @test all(isfinite, LSMI.atoms(data.truth).r)
    end
    @test LSMI.circuits() == [:xor, :or, :and, :not_x2, :copy, :xor_not]
    for (name, d) in ((:xor, 1), ("and", 1), (:xor_not, 2))
        data = LSMI.circuit(name, 10; seed = 4)
        @test size(data.x1) == size(data.x2) == (d, 10)
        @test all(in((0.0, 1.0)), data.x1)
    end
    data = LSMI.circuit(:xor, 10)
    @test data.y == (data.x1[1, :] .!= data.x2[1, :])
    @test LSMI.atoms(data.truth).s ≈ fill(log(2), 10)
    support = LSMI.circuit_support(:copy)
    @test (support.x1, support.x2, support.y) == ([0.0 1.0], [0.0 1.0], [0, 1])
    @test LSMI.atoms(support.truth).r ≈ fill(log(2), 2)
    @test size(LSMI.circuit_support("xor_not").x1) == (2, 8)
    data = LSMI.kind_mixture(100; amplitude = 8)
    @test isempty(LSMI.mixed_gaussian(3).drawn)
    synergistic = LSMI.kinds[data.drawn] .== :synergistic
    @test isapprox(LSMI.atoms(data.truth).s, log(2) .* synergistic; atol = 0.2)
    @test LSMI.mixed_gaussian(5; seed = 1).x1 == LSMI.mixed_gaussian(5; seed = 1).x1 != LSMI.mixed_gaussian(5; seed = 2).x1
end

@testset "defaults are those of every language" begin
    same(a, b) = (a.x1, a.x2, a.y, a.truth) == (b.x1, b.x2, b.y, b.truth)
    @test same(LSMI.mixed_gaussian(9), LSMI.mixed_gaussian(9; classes = 2, rho = 0.5, noise = 0.5, seed = 42))
    xor = LSMI.planted_xor(9)
    @test same(xor, LSMI.planted_xor(9; dimension = 2, amplitude = 3, seed = 42))
    @test LSMI.planted_xor_information(xor.x1, xor.x2, xor.y) == xor.truth
    @test same(LSMI.circuit(:or, 9), LSMI.circuit(:or, 9; seed = 42))
    mixture = LSMI.kind_mixture(9)
    @test same(mixture, LSMI.kind_mixture(9; redundant = 1, unique1 = 1, unique2 = 1, synergistic = 1, amplitude = 4,
                                          seed = 42))
    @test LSMI.kind_mixture_information(mixture.x1, mixture.x2, mixture.y) == mixture.truth
    states = [(y = 0, mean1 = [0.0], mean2 = [0.0])]
    @test same(LSMI.latent_mixture(9, states), LSMI.latent_mixture(9, states; seed = 42))
end

@testset "exact information of given samples" begin
    # To the bit what came with the samples.
    data = LSMI.mixed_gaussian(20; classes = 3, rho = 0.25, noise = 1)
    @test LSMI.mixed_gaussian_information(data.x1, data.x2, data.y; classes = 3, rho = 0.25, noise = 1) == data.truth
    gaps = view([data.x1; zeros(2, 20)], 1:3, :)
    @test LSMI.mixed_gaussian_information(gaps, data.x2, data.y; classes = 3, rho = 0.25, noise = 1) == data.truth
    data = LSMI.planted_xor(20; dimension = 3, seed = 5)
    @test LSMI.planted_xor_information(data.x1, data.x2, data.y; seed = 5) == data.truth
    @test LSMI.planted_xor_information(data.x1, data.x2, data.y; seed = 6) != data.truth
    data = LSMI.kind_mixture(20; redundant = 2, amplitude = 3)
    @test LSMI.kind_mixture_information(data.x1, data.x2, data.y; redundant = 2, amplitude = 3) == data.truth
    # One state of x1, two of x2: x1 tells nothing.
    states = [(y = 0, mean1 = [1.0], mean2 = [-30, 0], weight = 1), (y = 1, mean1 = [1.0], mean2 = [30, 0], weight = 3)]
    data = LSMI.latent_mixture(20, states)
    @test LSMI.latent_mixture_information(data.x1, data.x2, data.y, states) == data.truth
    @test data.drawn == data.y .+ 1
    @test maximum(abs, data.truth.i1) < 1e-12
    @test data.truth.i2 ≈ [y == 0 ? log(4) : log(4 / 3) for y in data.y]
    @test data.truth.h1 ≈ vec(log(2pi) / 2 .+ (data.x1 .- 1) .^ 2 ./ 2)
    # Float32 samples are converted, which is exact.
    x1, x2 = Float32[1 2], Float32[30 -30; 0 0]
    @test LSMI.latent_mixture_information(x1, x2, [1, 0], states) ==
        LSMI.latent_mixture_information(Float64.(x1), Float64.(x2), [1, 0], states)
end

@testset "agreement" begin
    @test LSMI.agreement([1, 2, 3], [0, 1, 2]) === (rmse = 1.0, correlation = 1.0)
    @test isnan(LSMI.agreement([1.0, 2.0], [3.0, 3.0]).correlation)
end
