@testset "a network" begin
    rng = MersenneTwister(6)
    for (activation, f) in ((:relu, v -> max(v, 0)), (:tanh, tanh))
        layers = [(weights = randn(rng, 4, 3), biases = randn(rng, 4)), (weights = randn(rng, 2, 4), biases = randn(rng, 2))]
        network = Network(layers; activation = activation)
        @test (network.features, network.classes, network.layers, network.activation) == (3, 2, 2, activation)
        @test LSMI.parameters(network) == layers
        x, y, weights = randn(rng, 3, 6), [0, 1, 1, 0, 1, 1], rand(rng, 6)
        function each()
            v = layers[2].weights * f.(layers[1].weights * x .+ layers[1].biases) .+ layers[2].biases
            return v .- log.(sum(exp.(v); dims = 1))
        end
        @test log_probabilities(network, x) ≈ each()
        loss() = -sum(weights[n] * each()[y[n] + 1, n] for n in 1:6) / sum(weights)
        g = LSMI.gradient(network, x, y; weights = weights)
        @test g.loss ≈ loss()
        @test g.x ≈ differences(loss, x) atol = 1e-7
        for (got, layer) in zip(g.parameters, layers)
            @test got.weights ≈ differences(loss, layer.weights) atol = 1e-7
            @test got.biases ≈ differences(loss, layer.biases) atol = 1e-7
        end
        pairs = Network([(Float32.(l.weights), Float32.(l.biases)) for l in layers]; activation = activation)
        @test eltype(pairs) === Float32
        @test log_probabilities(pairs, Float32.(x)) ≈ each() rtol = 1e-5
    end
end

@testset "the level of a network" begin
    network = Network([(weights = [1.0 2.0; -1.0 0.5], biases = [0.25, 0.0])])
    @test LSMI.level(network) === LSMI.simd_level()
    x = randn(MersenneTwister(8), 2, 7)
    for level in LSMI.simd_levels()
        other = LSMI.with_level(network, level)
        @test LSMI.level(other) === level
        @test log_probabilities(other, x) ≈ log_probabilities(network, x) rtol = 1e-13
    end
    @test log_probabilities(LSMI.with_level(network, LSMI.simd_level()), x) == log_probabilities(network, x)
    @test LSMI.level(LSMI.with_level(network, "avx512")) === last(LSMI.simd_levels())
end

@testset "a fitted network" begin
    data = LSMI.mixed_gaussian(400; classes = 3, seed = 1)
    seen = LSMI.Progress[]
    network = fit(Network, data.x1, data.y; hidden = [8], epochs = 30, held_out = 1:80, progress = p -> push!(seen, p))
    @test (network.features, network.classes, network.layers) == (3, 3, 2)
    @test all(p.component === :network for p in seen)
    @test LSMI.history(network).losses == [p.loss for p in seen]
    @test isempty(LSMI.history(Network(LSMI.parameters(network))).losses)
    found = [argmax(column) - 1 for column in eachcol(log_probabilities(network, data.x1))]
    @test count(found .== data.y) > 300
    linear = fit(Network, data.x1, data.y; hidden = Int[], classes = 5, epochs = 1, activation = "tanh")
    @test (linear.layers, linear.classes) == (1, 5)
end
