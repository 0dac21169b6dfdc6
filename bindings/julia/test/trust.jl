values_of(q::LSMI.Quantities) = [getfield(q, name) for name in fieldnames(LSMI.Quantities)]

# The means of a reading.
function means_of(scores::Scores)
    m = scores.summary
    return LSMI.Quantities(m.i1, m.i2, m.i12, m.raw.r, m.raw.u1, m.raw.u2, m.raw.s, m.s_minus_r)
end

@testset "trust" begin
    data = LSMI.mixed_gaussian(100; classes = 2, seed = 9)
    x1, x2, y = data.x1, data.x2, data.y
    config = Config(; modes = 2, hidden = [4], density_epochs = 4, classifier_epochs = 4, seed = 3)
    model = fit(x1, x2, y, config)
    unseen = LSMI.cross_fitted(model)[2]
    observed = means_of(unseen)

    @testset "intervals" begin
        wide, narrow = LSMI.bootstrap(unseen; draws = 400, level = 0.9, seed = 5), LSMI.bootstrap(unseen; draws = 400, level = 0.5, seed = 5)
        @test (wide.draws, wide.level, wide.seed) == (400, 0.9, 5)
        for name in fieldnames(LSMI.Quantities)
            w, n = getfield(wide, name), getfield(narrow, name)
            @test w.low < n.low < getfield(observed, name) < n.high < w.high
        end
        @test wide.shift.low < wide.shift.high
        information = Information(unseen.i1, unseen.i2, unseen.i12, unseen.h1, unseen.h2)
        whole = LSMI.intervals(model; draws = 400, level = 0.9, seed = 5)
        @test whole.i12 === wide.i12 && whole.s_minus_r === wide.s_minus_r && whole.r !== wide.r
        @test caught(() -> LSMI.intervals(model; draws = 0)).message == "draws: expected a whole number from 1 to 1000000, got 0"
        @test LSMI.bootstrap(information) === LSMI.bootstrap(unseen; draws = 1000, level = 0.95, seed = 42)
        @test caught(() -> LSMI.bootstrap(information; draws = 0)) == LSMIError(:setting, "draws: expected a whole number from 1 to 1000000, got 0", "draws")
        @test caught(() -> LSMI.bootstrap(information; draws = -1)).status === :setting
        @test caught(() -> LSMI.bootstrap(information; level = 1)).message == "level: expected a probability above 0 and below 1, got 1"
        @test caught(() -> LSMI.bootstrap(Information(0))).status === :empty
        @test caught(() -> LSMI.bootstrap(Information([1.0], [1.0], [NaN], [1.0], [1.0]))).status === :not_finite
    end

    @testset "nulls" begin
        seen = Tuple{Int, Int}[]
        null = LSMI.permutation_null(model, x1, x2, 4; seed = 7, progress = (done, total) -> push!(seen, (done, total)))
        @test null.seed == 7 && length(null.means) == 4
        @test issorted(seen) && last(seen) == (4, 4) && all(total == 4 for (_, total) in seen)
        for (p, value, n) in zip(values_of(null.p_values), values_of(observed), 1:8)
            @test p === (count(means -> values_of(means)[n] >= value, null.means) + 1) / 5
        end
        # Stopped, and gone on with.
        means = LSMI.Quantities[]
        stopped = caught(() -> LSMI.permutation_null(model, x1, x2, 4; seed = 7, means = means, progress = (done, _) -> done < 2 ? nothing : :cancel))
        @test stopped isa LSMIError && stopped.status === :cancelled
        @test means == null.means[1:2]
        @test LSMI.permutation_null(model, x1, x2, 4; seed = 7, means = means).p_values === null.p_values
        @test means == null.means
        # What the callback throws comes out, and a failure leaves what was there.
        @test caught(() -> LSMI.permutation_null(model, x1, x2, 5; seed = 7, means = means, progress = (_, _) -> error("mine"))) == ErrorException("mine")
        @test caught(() -> LSMI.permutation_null(model, x1, x2, 3; seed = 7, means = means)).message == "begun: expected at most 3 permutations, got 4"
        @test caught(() -> LSMI.permutation_null(model, x1, x2, 2^40; means = means)).message == "permutations: expected a whole number from 1 to 100000, got 1099511627776"
        @test means == null.means
        @test caught(() -> LSMI.permutation_null(model, x2, x1, 1)).message == "x1 and x2: expected the training samples of the model in their order, got others"
        @test caught(() -> LSMI.permutation_null(model, Float32.(x1), x2, 1)).status === :type
        plain = fit(x1, x2, y, Config(config; folds = 0))
        @test caught(() -> LSMI.permutation_null(plain, x1, x2, 1)).message == "folds: expected a model fitted with folds, got 0"
    end

    @testset "spreads" begin
        last_seen = (0, 0)
        spread = LSMI.spread(model, x1, x2, 2; seed = 7, progress = (done, total) -> (last_seen = (done, total)))
        @test last_seen == (2, 2)
        @test (spread.seed, length(spread.means), length(spread.samples)) == (7, 2, 100)
        square(values) = sum(abs2, values)
        for n in 1:8
            means = [values_of(of)[n] for of in [spread.means; observed]]
            @test values_of(spread.deviation)[n] ≈ sqrt(square(means .- sum(means) / 3) / 2)
            @test values_of(spread.sample_deviation)[n] ≈ sqrt(square(values_of(of)[n] for of in spread.samples) / 100)
        end
        @test caught(() -> LSMI.spread(model, x1, x2, 0)).message == "repeats: expected a whole number from 1 to 1000, got 0"
        @test caught(() -> LSMI.spread(model, x1, x2, 2^40)).status === :setting
        @test caught(() -> LSMI.spread(model, x1, x2, 2; progress = (_, _) -> :cancel)).status === :cancelled
    end

    found = LSMI.controls(x1, x2, y, config)
    @testset "controls" begin
        @test found.seed == 3 && [result.control for result in found.results] == collect(LSMI.control_names)
        @test all((result.planted === nothing) == !startswith(string(result.control), "planted") for result in found.results)
        @test found.synergy_floor == maximum(abs(result.found.s) for result in found.results[1:5])
        @test found.results[7].samples + found.results[8].samples == 100
        @test all((result.features1, result.features2) == (2, 2) for result in found.results)
        planted = found.results[10]
        @test found.trusted_features == (planted.found.s >= 0.8 * planted.planted ? 2 : 0)
        @test caught(() -> LSMI.controls(x1, x2, y; folds = 0)).field == "folds"
        @test caught(() -> LSMI.controls(x1, x2, y[1:99], config)).message == "y: expected 100 samples, got 99"
        @test caught(() -> LSMI.controls(x1, x2, y, config; progress = (done, _) -> done == 1 ? :cancel : nothing)).status === :cancelled
    end

    @testset "flags" begin
        @test LSMI.data_flags(x1, x2, y) == LSMI.Flag[]
        constant = [fill(7.0, 1, 100); x1]
        flag = only(LSMI.data_flags(constant, x2, y))
        @test flag === LSMI.Flag(:constant_features, :x1, 1.0, "1 of 3 features never vary", "nothing: standardisation drops them")
        other = fit(constant, x2, y, config)
        @test flag in LSMI.flags(other) && !(flag in LSMI.flags(model))
        @test occursin("\n  flag: x1: 1 of 3 features never vary", sprint(show, MIME("text/plain"), other))
        @test caught(() -> LSMI.data_flags(x1, x2[:, 1:99], y)).message == "x2: expected 100 samples, got 99"
    end

    @testset "the report has them" begin
        intervals, null = LSMI.bootstrap(unseen; draws = 50), LSMI.permutation_null(model, x1, x2, 2; seed = 8)
        spread = LSMI.spread(model, x1, x2, 1; seed = 9)
        plain = Json.parse(LSMI.report(model; train = unseen))
        text = LSMI.report(model; train = unseen, details = true, intervals = intervals, null = null, spread = spread, controls = found)
        report = Json.parse(text)
        @test plain == Dict(key => report[key] for key in keys(plain))
        @test setdiff(keys(report), keys(plain)) == Set(["details", "intervals", "null", "spread", "controls"])
        @test [flag["name"] for flag in report["flags"]] == [string(flag.name) for flag in LSMI.flags(model)]
        @test report["intervals"]["s"] == Dict("low" => intervals.s.low, "high" => intervals.s.high)
        @test (report["intervals"]["draws"], report["intervals"]["seed"]) == (50, 42)
        @test (report["null"]["permutations"], report["null"]["seed"]) == (2, 8)
        @test report["null"]["p_values"]["u1"] == null.p_values.u1 && report["null"]["means"][2]["r"] == null.means[2].r
        @test report["spread"]["repeats"] == 1 && report["spread"]["deviation"]["i12"] == spread.deviation.i12
        @test report["spread"]["sample_deviation"]["s"] == spread.sample_deviation.s
        @test report["spread"]["means"][1]["i1"] == spread.means[1].i1
        @test report["controls"]["synergy_floor"] == found.synergy_floor && report["controls"]["seed"] == 3
        for (got, want) in zip(report["controls"]["results"], found.results)
            @test (got["control"], got["planted"]) == (string(want.control), want.planted)
            @test got["found"]["s"] == want.found.s && got["features"] == [2, 2]
        end
        details = report["details"]
        @test sum(class["samples"] for class in details["classes"]) == 100
        @test details["samples"]["y"] == y
        @test all(abs.(details["samples"]["s"] .- unseen.s) .< 1e-6)
        @test details["settings"]["modes"] == "2" && length(details["extremes"]["synergistic"]) == 8
        @test_throws TypeError LSMI.report(model; null = 3)
        @test caught(() -> LSMI.report(model; shift = :all)).status === :setting
    end
end
