@testset "errors" begin
    data = LSMI.mixed_gaussian(40; seed = 5)
    x1, x2, y = data.x1, data.x2, data.y
    model = fit(x1, x2, y; small...)
    density = LSMI.density(model, :density1)
    network = LSMI.network(model, :classifier1)
    # The field is what the message begins with.
    fails(status, message, work) =
        @test caught(work) == LSMIError(status, message, String(split(message, ": ")[1]))
    altered_length(scores, name) = (push!(getfield(scores, name), 0.0); scores)
    altered(x, at, value) = (x = copy(x); x[at...] = value; x)

    fails(:not_finite, "x1: row 3, column 1: expected a finite number, got NaN", () -> fit(altered(x1, (2, 4), NaN), x2, y))
    fails(:shape, "x2: expected 40 samples, got 39", () -> fit(x1, x2[:, 1:39], y))
    fails(:shape, "y: expected 40 samples, got 39", () -> score(model, x1, x2, y[1:39]))
    fails(:shape, "x1: expected 2 features, got 1", () -> score(model, x1[1:1, :], x2, y))
    fails(:empty, "x1: expected samples, got none", () -> score(model, x1[:, 1:0], x2, y))
    fails(:empty, "x1: expected features, got none", () -> fit(zeros(0, 40), x2, y))
    fails(:class, "y: row 0, column 0: expected a class number from 0 to 1, got 7", () -> score(model, x1, x2, altered(y, (1,), 7)))
    fails(:one_class, "y: expected at least two classes, got only class 1", () -> fit(x1, x2, ones(Int, 40)))
    fails(:setting, "modes: expected a whole number, at least 0, got '-1'", () -> fit(x1, x2, y; modes = -1))
    fails(:setting, "modes: expected a whole number from 1 to 65536, got 0", () -> fit(x1, x2, y; modes = 0))
    fails(:setting, "preset: expected robust or paper, got 'fast'", () -> Config(:fast))
    fails(:setting, "shift: expected frozen, batch or none, got 'all'", () -> score(model, x1, x2, y; shift = :all))
    fails(:type, "x1: expected f64 numbers, got f32", () -> score(model, Float32.(x1), Float32.(x2), y))
    fails(:type, "x2: expected f32 numbers, as in x1, got f64", () -> fit(Float32.(x1), x2, y))
    fails(:type, "x: expected f64 numbers, got f32", () -> log_density(density, Float32.(x1)))
    fails(:shape, "x: expected 2 features, got 3", () -> log_density(density, zeros(3)))
    fails(:shape, "x: expected 2 features, got 3", () -> LSMI.gradient(density, zeros(3, 4)))
    fails(:shape, "out: expected 4 elements, got 3", () -> log_density!(zeros(3), density, zeros(2, 4)))
    fails(:shape, "out: expected contiguous elements, got a stride of 2", () -> log_density!(view(zeros(8), 1:2:7), density, zeros(2, 4)))
    fails(:shape, "weights: expected 4 elements, got 3", () -> LSMI.gradient(density, zeros(2, 4); weights = ones(3)))
    fails(:setting, "weights: row 1, column 0: expected a finite number, at least 0, got -1", () -> LSMI.gradient(density, zeros(2, 2); weights = [1, -1]))
    fails(:shape, "log_diagonal: expected 2×3 elements, got 2×1", () -> Marginal(zeros(2, 3), zeros(2, 1), nothing, zeros(3); bounded = false))
    fails(:shape, "triangle: expected 2×2×3 elements, got 2×2×1", () -> Marginal(zeros(2, 3), zeros(2, 3), zeros(2, 2, 1), zeros(3); bounded = true))
    fails(:shape, "logits: expected 3 elements, got 2", () -> Marginal(zeros(2, 3), zeros(2), nothing, zeros(2); bounded = true))
    fails(:not_finite, "means: row 0, column 1: expected a finite number, got NaN", () -> Marginal(reshape([0, NaN], 2, 1), zeros(2), nothing, zeros(1); bounded = true))
    fails(:shape, "weights of layer 2: expected 2×3 elements, got 2×4", () -> Network([(zeros(3, 2), zeros(3)), (zeros(2, 4), zeros(2))]))
    fails(:empty, "layers: expected at least one layer, got 0", () -> Network([]))
    fails(:class, "y: row 1, column 0: expected a class number from 0 to 1, got 2", () -> LSMI.gradient(network, x1[:, 1:2], [0, 2]))
    fails(:shape, "i1: expected 3 elements, got 4", () -> score!(altered_length(Scores(3), :i1), model, x1[:, 1:3], x2[:, 1:3], y[1:3]))
    fails(:shape, "scores: expected 40 samples, got 39", () -> score!(Scores(39), model, x1, x2, y))
    fails(:shape, "i2: expected 2 elements, got 1", () -> LSMI.atoms([1.0, 2.0], [1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]))
    fails(:setting, "component: expected density1 or density2, got 'classifier1'", () -> LSMI.density(model, :classifier1))
    fails(:setting, "modality: expected 1 or 2, got 3", () -> LSMI.dropped(model, 3))
    fails(:setting, "modality: expected 1 or 2, got 3", () -> LSMI.preprocessing(model, 3))
    fails(:setting, "modality: expected 1 or 2, got 0", () -> LSMI.preprocess(model, 0, x1))
    fails(:shape, "x2: expected 2 features, got 1", () -> LSMI.preprocess(model, 2, x2[1:1, :]))
    fails(:empty, "x1: expected samples, got none", () -> LSMI.preprocess(model, 1, x1[:, 1:0]))
    fails(:type, "x1: expected f64 numbers, got f32", () -> LSMI.preprocess(model, 1, Float32.(x1)))
    fails(:setting, "simd: expected portable, neon, avx2, avx512, got sse9", () -> LSMI.with_level(density, :sse9))
    fails(:format, "model: expected a whole and unaltered lsmi model file, got header too small", () -> Model(UInt8[]))
    fails(:io, "no/such/folder: cannot read: no such file or folder", () -> LSMI.load("no/such/folder"))
    fails(:setting, "circuit: expected one of xor, or, and, not_x2, copy, xor_not, got nand", () -> LSMI.circuit(:nand, 3))
    fails(:setting, "circuit: expected one of xor, or, and, not_x2, copy, xor_not, got nand", () -> LSMI.circuit_support(:nand))
    fails(:shape, "column 2: expected 2 elements, got 1", () -> LSMI.joint_categories([1, 2], [1]))
    fails(:empty, "columns: expected features, got none", () -> LSMI.joint_categories())
    fails(:class, "y: row 1, column 0: expected a class from 0 to 1, got 2", () -> LSMI.mixed_gaussian_information(x1[:, 1:2], x2[:, 1:2], [0, 2]))
    fails(:shape, "x2: expected 2 features, got 1", () -> LSMI.mixed_gaussian_information(x1, x2[1:1, :], y))
    fails(:shape, "y: expected 40 samples, got 39", () -> LSMI.planted_xor_information(x1, x2, y[1:39]))
    fails(:setting, "proportions: expected finite numbers of at least 0, got -1", () -> LSMI.kind_mixture_information(zeros(3, 1), zeros(3, 1), [0]; unique1 = -1))
    fails(:empty, "states: expected samples, got none", () -> LSMI.latent_mixture(3, []))
    fails(:setting, "deviation1: expected a positive number whose square is positive and finite, got 0 in state 0", () -> LSMI.latent_mixture(3, [(y = 0, mean1 = [0.0], mean2 = [0.0], deviation1 = 0)]))
    fails(:class, "y: row 0, column 0: expected a class of positive probability, got 1", () -> LSMI.latent_mixture_information(zeros(1, 1), zeros(1, 1), [1], [(y = 0, mean1 = [0.0], mean2 = [0.0])]))
    fails(:shape, "exact: expected 2 elements, got 1", () -> LSMI.agreement([1.0, 2.0], [1.0]))
    fails(:type, "x: expected f64 numbers, got f32", () -> LSMI.refine(density, Float32.(x1)))
    fails(:shape, "x: expected 2 features, got 3", () -> LSMI.refine(density, zeros(3, 4)))
    fails(:setting, "density_batch: expected at least 1, got 0", () -> LSMI.refine(density, x1; batch = 0))
    held_out(got) = "held_out: expected sample numbers from 1 to $(size(x1, 2)), each once, got $got"
    fails(:setting, held_out("0"), () -> fit(Marginal, x1; held_out = [0, 1]))
    fails(:setting, held_out("41"), () -> fit(Marginal, x1; held_out = [41]))
    fails(:setting, held_out("7 again"), () -> fit(Marginal, x1; held_out = [7, 7]))
    fails(:setting, held_out("true and false; findall(mask) gives the numbers of a mask"),
          () -> fit(Marginal, x1; held_out = trues(size(x1, 2))))

    # Whole numbers that C has no place for.
    fails(:setting, "modes: expected a whole number, at least 0, got '-1'", () -> fit(Marginal, x1; modes = -1))
    fails(:setting, "seed: expected a whole number, at least 0, got '-1'", () -> fit(Marginal, x1; seed = -1))
    fails(:setting, "epochs: expected a whole number, at least 0, got '-3'", () -> fit(Marginal, x1; epochs = -3))
    fails(:setting, "batch: expected a whole number, at least 0, got '2.5'", () -> LSMI.refine(density, x1; batch = 2.5))
    fails(:setting, "patience: expected a whole number, got 'long'", () -> LSMI.refine(density, x1; patience = "long"))
    fails(:setting, "learning_rate: expected a number, got 'fast'", () -> fit(Marginal, x1; learning_rate = "fast"))
    fails(:setting, "accumulate_gradients: expected a whole number, got '4294967296'", () -> fit(Marginal, x1; accumulate_gradients = 2^32))
    fails(:setting, "classes: expected a whole number, at least 0, got '-2'", () -> fit(Network, x1, y; classes = -2))
    fails(:setting, "hidden: expected a whole number, at least 0, got '-4'", () -> fit(Network, x1, y; hidden = [8, -4]))
    fails(:setting, "seed: expected a whole number, at least 0, got '18446744073709551616'", () -> fit(Network, x1, y; seed = big(2)^64))
    fails(:setting, "samples: expected a whole number, at least 0, got '-1'", () -> Scores(-1))
    fails(:setting, "samples: expected a whole number, at least 1, got '-1'", () -> LSMI.mixed_gaussian(-1))
    for none in (LSMI.mixed_gaussian, LSMI.planted_xor, LSMI.kind_mixture, n -> LSMI.circuit(:xor, n))
        fails(:setting, "samples: expected at least 1, got 0", () -> none(0))
    end
    fails(:setting, "classes: expected a whole number, at least 0, got '-1'", () -> LSMI.mixed_gaussian(3; classes = -1))
    fails(:setting, "seed: expected a whole number, at least 0, got '-1'", () -> LSMI.mixed_gaussian(3; seed = -1))
    fails(:setting, "dimension: expected a whole number, at least 0, got '-1'", () -> LSMI.planted_xor(3; dimension = -1))
    fails(:setting, "seed: expected a whole number, at least 0, got '-1'", () -> LSMI.planted_xor(3; seed = -1))
    fails(:setting, "seed: expected a whole number, at least 0, got '-1'", () -> LSMI.circuit(:xor, 3; seed = -1))
    fails(:setting, "seed: expected a whole number, at least 0, got '-1'", () -> LSMI.kind_mixture(3; seed = -1))
    fails(:setting, "seed: expected a whole number, at least 0, got '-1'", () -> LSMI.latent_mixture(3, [(y = 0, mean1 = [0.0], mean2 = [0.0])]; seed = -1))
    fails(:setting, "classes: expected a whole number, at least 0, got '-1'", () -> LSMI.mixed_gaussian_information(x1, x2, y; classes = -1))
    fails(:setting, "seed: expected a whole number, at least 0, got '-1'", () -> LSMI.planted_xor_information(x1, x2, y; seed = -1))
    fails(:setting, "modality: expected a whole number, got '4294967296'", () -> LSMI.dropped(model, 2^32))
    fails(:setting, "modality: expected a whole number, got '4294967296'", () -> LSMI.preprocess(model, 2^32, x1))
    fails(:setting, "simd: expected portable, neon, avx2, avx512, got sse9", () -> LSMI.with_level(network, :sse9))
    fails(:setting, "simd: expected portable, neon, avx2, avx512, got sse9", () -> LSMI.log_sum_exp(x1; level = :sse9))
    fails(:setting, "shift: expected frozen, batch or none, got 'all'", () -> LSMI.report(model; shift = :all))

    unknown = caught(() -> fit(x1, x2, y; mode = 3))
    @test unknown.status === :setting
    @test startswith(unknown.message, "setting: expected one of accumulate_gradients, ") && endswith(unknown.message, "got 'mode'")
    @test caught(() -> fit(Marginal, x1; epoch = 3)).status === :setting
    @test caught(() -> fit(Marginal, x1; held_out = [41])).status === :setting
    @test caught(() -> LSMI.save(model, "no/such/folder/model")).status === :io
    @test sprint(showerror, LSMIError(:not_finite, "x: …")) == "LSMIError (not finite): x: …"
    @test caught(() -> Marginal(zeros(2, 1), zeros(2, 1), nothing, zeros(1))) isa UndefKeywordError
    # A text with NUL cannot be one of C.
    @test caught(() -> LSMI.load("a\0b")) isa ArgumentError
end

@testset "without a library" begin
    # In its own process: this one has the library loaded.
    code = `$(Base.julia_cmd()) --project=$(Base.active_project()) -e "using LSMI"`
    path = joinpath("no", "such", "liblsmi.so")
    output = IOBuffer()
    finished = run(pipeline(ignorestatus(setenv(code, merge(ENV, Dict("LSMI_LIBRARY" => path)))); stderr = output))
    text = String(take!(output))
    @test !success(finished)
    @test occursin("cannot load the libLSMI library '$path'", text)
    @test occursin("Set the environment variable LSMI_LIBRARY", text)
end
