small = (modes = 2, bounded = false, hidden = [8], density_epochs = 6, classifier_epochs = 6)

@testset "fit and score" begin
    data = LSMI.mixed_gaussian(300; classes = 2, seed = 9)
    for T in (Float32, Float64)
        x1, x2 = T.(data.x1), T.(data.x2)
        model = fit(x1, x2, data.y; seed = 3, small...)
        @test eltype(model) === T
        @test (model.features1, model.features2, model.classes) == (2, 2, 2)
        # The number of classes, 0 before, is the one found.
        @test LSMI.settings(model) == Config(; seed = 3, classes = 2, small...)
        @test LSMI.tobytes(fit(x1, x2, data.y, Config(; seed = 3, small...))) == LSMI.tobytes(model)
        scores = score(model, x1, x2, data.y)
        @test length(scores) == 300
        @test scores.r .+ scores.u1 ≈ scores.i1
        @test scores.r .+ scores.u2 ≈ scores.i2
        @test scores.r .+ scores.u1 .+ scores.u2 .+ scores.s ≈ scores.i12
        m = scores.summary
        @test (m.samples, m.clipped) == (300, 0)
        @test m.shift === model.frozen_shift
        @test (m.reading, m.seen) == (:in_sample, 300)
        y, unseen = LSMI.cross_fitted(model)
        @test y == data.y && length(unseen) == 300
        @test (unseen.summary.reading, unseen.summary.seen) == (:cross_fitted, 0)
        @test unseen.summary.shift === model.frozen_shift
        @test sum(unseen.i12) / 300 ≈ unseen.summary.i12 && unseen.summary.i12 != m.i12
        plain = fit(x1, x2, data.y; seed = 3, folds = 0, small...)
        @test caught(() -> LSMI.cross_fitted(plain)).status === :setting
        for (name, mean) in ((:i1, m.i1), (:h2, m.h2), (:r, m.raw.r), (:s, m.raw.s))
            @test sum(getfield(scores, name)) / 300 ≈ mean
        end
        @test m.s_minus_r ≈ m.raw.s - m.raw.r
        @test 0.5 < m.accuracy.joint <= 1 && m.log_loss.x1 > 0
        @test sum(LSMI.adjusted(scores).u1) / 300 ≈ m.adjusted.u1 atol = 1e-12
        @test score(model, x1, x2, data.y; shift = :none).summary.shift === 0.0
        @test score(model, x1, x2, data.y; shift = :batch).summary.shift ≈ LSMI.shift(m.raw).shift atol = 1e-12
        again = Scores(300)
        @test score!(again, model, x1, x2, data.y) === again
        @test again.r == scores.r && again.summary === scores.summary
        # What the scores are made of: information from the classifier's log-probabilities.
        @test LSMI.log_prior(model) ≈ log.(LSMI.class_counts(model) ./ 300)
        @test sum(LSMI.class_counts(model)) == 300
        history = LSMI.history(model, :density2)
        @test length(history.losses) == 6 && length(history.validation_losses) == 7 && history.best_epoch <= 6
        @test LSMI.network(model, :classifier_joint).features == 4
        @test LSMI.density(model, :density1).modes == 2
    end
end

@testset "the report" begin
    data = LSMI.mixed_gaussian(100; seed = 2)
    model = fit(data.x1, data.x2, data.y; seed = 3, small...)
    scores = score(model, data.x1, data.x2, data.y; shift = :batch)
    text = LSMI.report(model; shift = :batch, val = scores, train = scores.summary)
    report = Json.parse(text)
    @test Set(keys(report["splits"])) == Set(["train", "val"])
    @test findfirst("\"train\"", text) < findfirst("\"val\"", text)
    @test report["splits"]["val"] == report["splits"]["train"]
    split, m = report["splits"]["val"], scores.summary
    @test (split["n"], split["clipped"], split["i1"], split["h2"]) == (m.samples, m.clipped, m.i1, m.h2)
    @test (split["shift"], split["s_minus_r"]) == (m.shift, m.s_minus_r)
    @test (split["raw"]["u1"], split["adjusted"]["s"]) == (m.raw.u1, m.adjusted.s)
    @test (split["accuracy"]["joint"], split["log_loss"]["x2"]) == (m.accuracy.joint, m.log_loss.x2)
    @test (report["seed"], report["preset"], report["shift_rule"]) == (3, "robust", "batch")
    @test VersionNumber(report["version"]) == LSMI.version() && report["notes"] == []
    @test occursin("\"shift_rule\": \"frozen\"", LSMI.report(model))
end

@testset "files" begin
    data = LSMI.mixed_gaussian(100; seed = 2)
    model = fit(data.x1, data.x2, data.y; small...)
    bytes = LSMI.tobytes(model)
    mktempdir() do folder
        path = joinpath(folder, "modèle.safetensors")
        LSMI.save(model, path)
        @test read(path) == bytes
        loaded = LSMI.load(path)
        @test LSMI.tobytes(loaded) == bytes
        @test score(loaded, data.x1, data.x2, data.y).s == score(model, data.x1, data.x2, data.y).s
    end
    @test LSMI.tobytes(Model(bytes)) == bytes
    stream = IOBuffer()
    serialize(stream, Dict("model" => model, "density" => LSMI.density(model, :density1), "network" => LSMI.network(model, :classifier_joint)))
    seekstart(stream)
    again = deserialize(stream)
    @test again["model"] isa typeof(model) && LSMI.tobytes(again["model"]) == bytes
    @test LSMI.parameters(again["density"]) == LSMI.parameters(LSMI.density(model, :density1))
    @test LSMI.parameters(again["network"]) == LSMI.parameters(LSMI.network(model, :classifier_joint))
    @test again["network"].activation === LSMI.network(model, :classifier_joint).activation
    # A classifier that is chosen may have more than layers, and goes with its model alone. Networks learn nothing in an
    # epoch; what needs none is chosen.
    crossed = LSMI.planted_xor(300)
    chosen = fit(crossed.x1, crossed.x2, crossed.y; modes = 2, classifier_epochs = 1)
    classifiers = [LSMI.network(chosen, name) for name in (:classifier1, :classifier2, :classifier_joint)]
    more = [network for network in classifiers if LSMI.expansion_count(network) > 0]
    @test !isempty(more)
    @test_throws LSMIError serialize(IOBuffer(), first(more))
    finalize(model)
    @test_throws LSMIError serialize(IOBuffer(), model)
    @test LSMI.tobytes(Model(view([0x00; bytes], 2:length(bytes) + 1))) == bytes
end

@testset "constant features" begin
    data = LSMI.mixed_gaussian(100; seed = 2)
    x2 = [data.x2[1:1, :]; fill(7.0, 1, 100); data.x2[2:2, :]]
    model = fit(data.x1, x2, data.y; small...)
    @test LSMI.dropped(model, 1) == Int[]
    @test LSMI.dropped(model, 2) == [2]
    # The library's text counts from 0.
    @test any(occursin("column 1", note) for note in LSMI.notes(model))
end

@testset "preprocessing" begin
    data = LSMI.mixed_gaussian(100; seed = 2)
    for T in (Float32, Float64)
        x1, x2 = T.([data.x1[1:1, :]; fill(7.0, 1, 100); 100 .* data.x1[2:2, :]]), T.(data.x2)
        model = fit(x1, x2, data.y; clip = 1.5, entropy_units = :input, small...)
        p = LSMI.preprocessing(model, 1)
        @test p.columns == [1, 3] && p.clip == 1.5
        @test all(0.3 .< p.scales ./ [1, 100] .< 3)
        z1, z2 = LSMI.preprocess(model, 1, x1), LSMI.preprocess(model, 2, x2)
        @test z1 isa Matrix{T} && z1 == T.(clamp.((Float64.(x1[p.columns, :]) .- p.means) ./ p.scales, -1.5, 1.5))
        # Views are read where they lie.
        @test LSMI.preprocess(model, 1, view([x1; x1], 1:3, 1:2:99)) == z1[:, 1:2:99]
        offsets = LSMI.entropy_offsets(model)
        @test offsets.h1 ≈ sum(log, p.scales)
        scores = score(model, x1, x2, data.y)
        @test scores.h2 == offsets.h2 .- log_density(LSMI.density(model, :density2), z2)
        rows = log_probabilities(LSMI.network(model, :classifier_joint), [z1; z2])
        @test LSMI.information(rows, data.y; log_prior = LSMI.log_prior(model)) ≈ scores.i12 atol = 1e-5
        raw = fit(x1, x2, data.y; standardize = false, entropy_units = :input, small...)
        @test LSMI.preprocess(raw, 1, x1) == x1
        @test LSMI.preprocessing(raw, 1) == (columns = [1, 2, 3], means = Float64[], scales = Float64[], clip = Inf)
        @test LSMI.entropy_offsets(raw) === (h1 = 0.0, h2 = 0.0)
    end
end

@testset "a model of parts" begin
    data = LSMI.mixed_gaussian(100; seed = 2)
    trained = fit(data.x1, data.x2, data.y, Config(:paper; small...))
    parts = [LSMI.network(trained, name) for name in (:classifier1, :classifier2, :classifier_joint)],
            [LSMI.density(trained, name) for name in (:density1, :density2)]
    model = Model(parts...)
    # The preset paper works on raw features with a uniform prior, as a model of parts does.
    @test score(model, data.x1, data.x2, data.y).r == score(trained, data.x1, data.x2, data.y).r
    @test LSMI.settings(model).preset === :imported
    @test LSMI.class_counts(model) === nothing
    @test isempty(LSMI.history(model, :classifier1).losses)
    # Scores are what information and surprisals make.
    scores = score(model, data.x1, data.x2, data.y)
    @test LSMI.information(log_probabilities(parts[1][1], data.x1), data.y) ≈ scores.i1
    @test -log_density(parts[2][2], data.x2) ≈ scores.h2
end

@testset "progress and cancellation" begin
    data = LSMI.mixed_gaussian(100; seed = 2)
    run(progress) = fit(data.x1, data.x2, data.y; progress = progress, small...)
    seen = LSMI.Progress[]
    model = run(p -> (push!(seen, p); false))
    @test LSMI.tobytes(model) == LSMI.tobytes(run(nothing))
    @test Set(p.component for p in seen) == Set(LSMI.components)
    # The model's own epochs, and those of five folds.
    @test all(1 <= p.epoch <= p.epochs == 36 && isfinite(p.loss) for p in seen)
    @test last(filter(p -> p.component === :density1, seen)).epoch == 36
    @test caught(() -> run(p -> :cancel)) == LSMIError(:cancelled, "cancelled")
    @test caught(() -> run(p -> p.epoch == 2 && error("stop here"))) == ErrorException("stop here")
    @test caught(() -> run(p -> throw(InterruptException()))) isa InterruptException
    @test caught(() -> fit(Marginal, data.x1; progress = p -> :cancel)).status === :cancelled
    @test caught(() -> fit(Network, data.x1, data.y; progress = p -> throw(KeyError(1)))) == KeyError(1)
    # Garbage collection and other tasks during the callback.
    ran = Ref(false)
    @async ran[] = true
    run(p -> (GC.gc(false); yield()))
    @test ran[]
end

@testset "Ctrl-C cancels a fit" begin
    if Sys.isunix()
        script = """
            using LSMI
            # As at the prompt: an exception, not the end of the program.
            ccall(:jl_exit_on_sigint, Cvoid, (Cint,), 0)
            data = LSMI.mixed_gaussian(2000; classes = 10)
            # Compiled first, so that the signal meets the fit.
            fit(data.x1, data.x2, data.y; density_epochs = 1, classifier_epochs = 1)
            run(`sh -c "sleep 1; kill -INT \$(getpid())"`; wait = false)
            try
                fit(data.x1, data.x2, data.y; density_epochs = 10^6, classifier_epochs = 10^6, held_out = 0)
            catch exception
                exception isa InterruptException && println("interrupted")
            end
            """
        output = read(`$(Base.julia_cmd()) --project=$(Base.active_project()) -e $script`, String)
        @test occursin("interrupted", output)
    end
end

@testset "handles" begin
    data = LSMI.mixed_gaussian(60; seed = 2)
    model = fit(data.x1, data.x2, data.y; small...)
    expected = score(model, data.x1, data.x2, data.y).r
    for _ in 1:50
        density, network = LSMI.density(model, :density1), LSMI.network(model, :classifier1)
        @test deepcopy(density) === density
        log_density(density, randn(2)), log_probabilities(network, randn(2, 3))
        Model(LSMI.tobytes(model))
    end
    GC.gc()
    GC.gc()
    @test score(model, data.x1, data.x2, data.y).r == expected
    # A handle that was freed early is refused, not followed.
    density = LSMI.density(model, :density1)
    finalize(density)
    @test caught(() -> log_density(density, zeros(2))) ==
        LSMIError(:pointer, "LsmiMarginal: expected a pointer, got NULL", "LsmiMarginal")
    finalize(density)
    # Threads share a handle (with JULIA_NUM_THREADS above 1).
    results = Vector{Any}(undef, 8)
    Threads.@threads for n in 1:8
        results[n] = score(model, data.x1, data.x2, data.y).r
    end
    @test all(==(expected), results)
end

@testset "show" begin
    plain(x) = sprint(show, MIME("text/plain"), x)
    data = LSMI.mixed_gaussian(60; seed = 2)
    model = fit(data.x1, data.x2, data.y; small...)
    @test startswith(plain(model), "Model{Float64}(2 + 2 features, 2 classes)\n  preset robust, seed 42, 2 modes")
    # More hidden layers than settings hold.
    layers(inputs) = [(weights = fill(0.5, b, a), biases = zeros(b))
                      for (a, b) in ((inputs, 1), fill((1, 1), 8)..., (1, 2))]
    density = Marginal(zeros(1, 1), zeros(1, 1), nothing, [0.0]; bounded = true)
    deep = Model(map(Network ∘ layers, (1, 1, 2)), (density, density))
    @test plain(deep) == "Model{Float64}(1 + 1 features, 2 classes)"
    @test occursin("adjusted", plain(score(model, data.x1, data.x2, data.y)))
    @test plain(Scores(1)) == "Scores of 1 sample"
    density = LSMI.density(model, :density1)
    @test plain(density) == "Marginal{Float64}(2 features, 2 modes)\n  a diagonal per mode, triangular parts, σ = ℓ"
    @test sprint(show, LSMI.network(model, :classifier1)) == "Network{Float64}(2 features, 2 classes, 2 layers)"
    @test occursin("\n  modes                     5", plain(Config()))
    @test sprint(show, data) == "LSMI.Dataset of 60 samples: 2 + 2 features"
    @test sprint(show, data.truth) == "Information of 60 samples"
    finalize(density)
    @test plain(density) == "Marginal{Float64} (freed)"
    @test LSMI.version() isa VersionNumber && "std" in LSMI.build_features()
end
