@testset "settings" begin
    config = Config()
    @test (config.preset, config.modes, config.hidden, config.standardize) == (:robust, 5, [64, 64], true)
    @test config == Config("robust") != Config(:paper)
    paper = Config(:paper; modes = 8, hidden = [128, 64], seed = typemax(UInt64), bounded = false, clip = 5,
                   density_learning_rate = 1f-3, prior = "empirical", shift = :none)
    @test (paper.preset, paper.modes, paper.hidden, paper.seed) == (:paper, 8, [128, 64], typemax(UInt64))
    @test (paper.bounded, paper.clip, paper.prior, paper.shift) == (false, 5.0, :empirical, :none)
    @test paper.density_learning_rate ≈ 1e-3
    @test Config(paper; hidden = Int[]).hidden == Int[]
    @test Config(paper; hidden = (3,)).hidden == [3]
    @test LSMI.settings(paper)[:hidden] == "128,64"
    @test :modes in propertynames(config) && !(:struct_size in propertynames(config))
    @test all(getproperty(config, name) !== nothing for name in propertynames(config))
    # Every setting survives its own text.
    texts = LSMI.settings(paper)
    delete!(texts, :preset)
    @test Config(:paper; texts...) == paper
    # The names of the choices, in the order of their codes.
    for (key, names) in pairs(LSMI.named_settings), name in (key === :preset ? () : names)
        @test getproperty(Config(; (key => name,)...), key) === name
    end
    @test LSMI.check(config) === nothing
end
