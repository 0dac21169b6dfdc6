# Replays the calls that every language of libLSMI replays; tests/data/parity/README.md has the format. The
# file that LSMI_PARITY names was written by the same machine: it is replayed too, and every bit must agree.

module Parity

using LSMI, Test
using ..Json

number(x::Real) = Float64(x)
number(x::AbstractString) = Dict("NaN" => NaN, "Infinity" => Inf, "-Infinity" => -Inf)[x]
number_type(name) = name == "f32" ? Float32 : Float64
numbers(T, values) = T[T(number(x)) for x in values]
numbers(T, ::Nothing) = nothing
whole(values) = Int64[x for x in values]

struct NotExpressible <: Exception end

# Columns with gaps become a view, so that the library sees the stride.
function matrix(T, m)
    d, n, stride = m["features"], m["samples"], m["stride"]
    stride < d && throw(NotExpressible())
    data = numbers(T, m["data"])
    (stride == d || n == 0) && return reshape(data, d, n)
    return view(reshape(append!(data, fill(T(1000), stride * n - length(data))), stride, n), 1:d, :)
end

function density(T, p)
    k, d = p["modes"], p["features"]
    full, shared = p["triangle"] == "full", p["diagonal"] == "shared"
    # C's row-major d×d matrices, brought to Julia's indices.
    triangle = full ? permutedims(reshape(numbers(T, p["triangle_values"]), d, d, k), (2, 1, 3)) : nothing
    ell = numbers(T, p["log_diagonal"])
    return Marginal(reshape(numbers(T, p["means"]), d, k), shared ? ell : reshape(ell, d, k), triangle,
                    numbers(T, p["logits"]); bounded = p["bounded"])
end

function network(T, p)
    inputs = p["features"]
    layers = map(p["layers"]) do layer
        outputs = length(layer["biases"])
        weights = permutedims(reshape(numbers(T, layer["weights"]), inputs, outputs))
        inputs = outputs
        (weights = weights, biases = numbers(T, layer["biases"]))
    end
    return Network(layers; activation = Symbol(p["activation"]))
end

function config(input)
    c = Config(input["preset"])
    for (key, value) in input["settings"]
        c = Config(c; (Symbol(key) => value,)...)
    end
    return c
end

c_order(a::AbstractArray{<:Any, 3}) = vec(permutedims(a, (2, 1, 3)))
c_order(a::AbstractMatrix) = vec(permutedims(a))
flat_marginal(g) = (means = vec(g.means), log_diagonal = vec(g.log_diagonal),
                    triangle = g.triangle === nothing ? [] : c_order(g.triangle), logits = g.logits)

rule(name) = name == "of_model" ? :model : Symbol(name)
names_of(a::Atoms) = (redundancy = a.r, unique1 = a.u1, unique2 = a.u2, synergy = a.s)
fields(x) = NamedTuple{fieldnames(typeof(x))}(Tuple(getfield(x, name) for name in fieldnames(typeof(x))))

scored(s) = (scores = (i1 = s.i1, i2 = s.i2, i12 = s.i12, h1 = s.h1, h2 = s.h2, redundancy = s.r, unique1 = s.u1,
                       unique2 = s.u2, synergy = s.s),
             summary = merge(fields(s.summary),
                             (raw = names_of(s.summary.raw), adjusted = names_of(s.summary.adjusted),
                              accuracy = fields(s.summary.accuracy), log_loss = fields(s.summary.log_loss))))

function settings_of_training(t)
    names = (:epochs, :batch, :learning_rate, :decay_every, :decay_factor, :weight_decay, :patience, :accumulate_gradients)
    return NamedTuple{names}(Tuple(t[string(name)] for name in names))
end

trained(density) = merge(flat_marginal(LSMI.parameters(density)), (history = LSMI.history(density),))

state(s) = (weight = number(s["weight"]), y = s["y"], mean1 = numbers(Float64, s["mean1"]),
            mean2 = numbers(Float64, s["mean2"]), deviation1 = number(s["deviation1"]),
            deviation2 = number(s["deviation2"]))

given(i) = (matrix(Float64, i["x1"]), matrix(Float64, i["x2"]), whole(i["y"]))
shares(i) = (; (Symbol(k) => number(i[k]) for k in ("redundant", "unique1", "unique2", "synergistic", "amplitude"))...)

drawn(i) = (draws = i["draws"], level = number(i["level"]), seed = i["seed"])

generated(data) = (features1 = size(data.x1, 1), features2 = size(data.x2, 1), x1 = vec(data.x1), x2 = vec(data.x2),
                   y = data.y, truth = fields(data.truth), drawn = data.drawn .- 1)

function find(bytes, part)
    for start in 1:length(bytes) - length(part) + 1
        view(bytes, start:start + length(part) - 1) == part && return start
    end
    error("no '$(String(copy(part)))' in the model file")
end

function edited(bytes, edit)
    bytes = haskey(edit, "text") ? Vector{UInt8}(edit["text"]) : bytes
    if haskey(edit, "find")
        old = Vector{UInt8}(edit["find"])
        start = find(bytes, old)
        bytes = [bytes[1:start - 1]; Vector{UInt8}(edit["replace"]); bytes[start + length(old):end]]
    end
    haskey(edit, "keep") && (bytes = bytes[1:edit["keep"]])
    haskey(edit, "drop") && (bytes = bytes[1:end - edit["drop"]])
    get(edit, "invert_last", false) && (bytes[end] = ~bytes[end])
    return bytes
end

function fitted(input)
    T = number_type(input["type"])
    x1, x2, y = matrix(T, input["x1"]), matrix(T, input["x2"]), whole(input["y"])
    return fit(x1, x2, y, config(input)), x1, x2, y
end

# What a call gives, with the names of the format. `models` fits the model of that case, once.
function replay(call, i, models)
    T = haskey(i, "type") ? number_type(i["type"]) : Float64
    if call == "log_density"
        return (log_density = log_density(density(T, i["density"]), matrix(T, i["x"])),)
    elseif call == "log_density_at"
        at_level = LSMI.with_level(density(T, i["density"]), i["level"])
        return (log_density = log_density(at_level, matrix(T, i["x"])),)
    elseif call == "log_probabilities_at"
        at_level = LSMI.with_level(network(T, i["network"]), i["level"])
        return (log_probabilities = vec(log_probabilities(at_level, matrix(T, i["x"]))),)
    elseif call == "gradient"
        g = LSMI.gradient(density(T, i["density"]), matrix(T, i["x"]); weights = numbers(T, i["weights"]))
        return merge((loss = g.loss, x = vec(g.x)), flat_marginal(g.parameters))
    elseif call == "weighted_sum_gradient"
        g = LSMI.weighted_sum_gradient(density(T, i["density"]), matrix(T, i["x"]), numbers(T, i["upstream"]))
        return merge((loss = g.sum, sum = g.sum, x = vec(g.x)), flat_marginal(g.parameters))
    elseif call == "refine"
        return trained(LSMI.refine(density(T, i["density"]), matrix(T, i["x"]); weights = numbers(T, i["weights"]),
                                   held_out = i["held_out"] .+ 1, seed = i["seed"],
                                   settings_of_training(i["training"])...))
    elseif call == "fit_density"
        form = (; (Symbol(k) => v isa AbstractString ? Symbol(v) : v for (k, v) in i["form"])...)
        return trained(fit(Marginal, matrix(T, i["x"]); form..., start = Symbol(i["start"]), train_means = true,
                           train_weights = true, weights = numbers(T, i["weights"]), held_out = i["held_out"] .+ 1,
                           seed = i["seed"], settings_of_training(i["training"])...))
    elseif call == "log_probabilities"
        return (log_probabilities = vec(log_probabilities(network(T, i["network"]), matrix(T, i["x"]))),)
    elseif call == "network_gradient"
        g = LSMI.gradient(network(T, i["network"]), matrix(T, i["x"]), whole(i["y"]); weights = numbers(T, i["weights"]))
        return (loss = g.loss, x = vec(g.x),
                layers = [(weights = c_order(l.weights), biases = l.biases) for l in g.parameters])
    elseif call == "log_sum_exp"
        return (log_sum_exp = LSMI.log_sum_exp(matrix(T, i["x"])),)
    elseif call == "log_sum_exp_at"
        return (log_sum_exp = LSMI.log_sum_exp(matrix(T, i["x"]); level = i["level"]),)
    elseif call == "information"
        rows = reshape(numbers(T, i["log_probabilities"]), i["classes"], :)
        prior = numbers(Float64, i["log_prior"])
        return (information = LSMI.information(rows, whole(i["y"]); log_prior = prior),)
    elseif call == "atoms"
        a = LSMI.atoms((numbers(Float64, i[name]) for name in ("i1", "i2", "i12", "h1", "h2"))...)
        return (redundancy = a.r, unique1 = a.u1, unique2 = a.u2, synergy = a.s)
    elseif call == "shift"
        s = LSMI.shift(Atoms((number(i[name]) for name in ("redundancy", "unique1", "unique2", "synergy"))...))
        return (shift = s.shift, adjusted = names_of(s.adjusted))
    elseif call == "mean"
        return (mean = LSMI.mean(numbers(Float64, i["values"])),)
    elseif call == "discrete"
        weights = numbers(Float64, i["weights"])
        return fields(LSMI.discrete(whole(i["x1"]), whole(i["x2"]), whole(i["y"]); weights = weights))
    elseif call == "joint_categories"
        return (categories = LSMI.joint_categories(map(whole, i["columns"])...),)
    elseif call == "agreement"
        return LSMI.agreement(numbers(Float64, i["estimate"]), numbers(Float64, i["exact"]))
    elseif call == "bootstrap"
        information = Information((numbers(Float64, i[name]) for name in ("i1", "i2", "i12", "h1", "h2"))...)
        found = LSMI.bootstrap(information; drawn(i)...)
        bounds = [getfield(found, name) for name in (:i1, :i2, :i12, :r, :u1, :u2, :s, :s_minus_r, :shift)]
        return (bounds = [end_of for of in bounds for end_of in (of.low, of.high)],)
    elseif call == "config_text"
        return (text = LSMI.settings_text(config(i)),)
    elseif call == "config_check"
        LSMI.check(config(i))
        return NamedTuple()
    elseif call == "synthetic_gaussian"
        return generated(LSMI.mixed_gaussian(i["samples"]; classes = i["classes"], rho = number(i["rho"]),
                                             noise = number(i["noise"]), seed = i["seed"]))
    elseif call == "synthetic_xor"
        return generated(LSMI.planted_xor(i["samples"]; dimension = i["dimension"],
                                          amplitude = number(i["amplitude"]), seed = i["seed"]))
    elseif call == "synthetic_circuit"
        return generated(LSMI.circuit(i["circuit"], i["samples"]; seed = i["seed"]))
    elseif call == "synthetic_mixture"
        return generated(LSMI.kind_mixture(i["samples"]; shares(i)..., seed = i["seed"]))
    elseif call == "synthetic_latent"
        return generated(LSMI.latent_mixture(i["samples"], map(state, i["states"]); seed = i["seed"]))
    elseif call == "circuit_support"
        return generated(LSMI.circuit_support(i["circuit"]))
    elseif call == "gaussian_information"
        return fields(LSMI.mixed_gaussian_information(given(i)...; classes = i["classes"], rho = number(i["rho"]),
                                                      noise = number(i["noise"])))
    elseif call == "xor_information"
        return fields(LSMI.planted_xor_information(given(i)...; amplitude = number(i["amplitude"]), seed = i["seed"]))
    elseif call == "mixture_information"
        return fields(LSMI.kind_mixture_information(given(i)...; shares(i)...))
    elseif call == "latent_information"
        return fields(LSMI.latent_mixture_information(given(i)..., map(state, i["states"])))
    elseif call == "fit_and_score"
        model, x1, x2, y = fitted(i)
        return merge(scored(score(model, x1, x2, y; shift = rule(i["shift"]))),
                     (history = [LSMI.history(model, name) for name in LSMI.components],
                      log_prior = LSMI.log_prior(model), class_counts = LSMI.class_counts(model),
                      # From 0 in the file.
                      dropped = [LSMI.dropped(model, 1) .- 1, LSMI.dropped(model, 2) .- 1],
                      frozen_shift = model.frozen_shift, notes = join(LSMI.notes(model), "\n")))
    elseif call == "score"
        model = models(i["model"])
        x1, x2 = matrix(eltype(model), i["x1"]), matrix(eltype(model), i["x2"])
        return scored(score(model, x1, x2, whole(i["y"]); shift = rule(i["shift"])))
    elseif call == "report"
        model, shift = models(i["model"]), rule(i["shift"])
        x1, x2 = matrix(eltype(model), i["x1"]), matrix(eltype(model), i["x2"])
        scores = score(model, x1, x2, whole(i["y"]); shift = shift)
        return (report = LSMI.report(model; shift = shift, (Symbol(name) => scores for name in i["splits"])...),)
    elseif call == "trust_report"
        # Of the samples that the model was fitted to.
        model, of, seed = models(i["model"]), i["fitted"], i["seed"]
        x1, x2 = matrix(eltype(model), of["x1"]), matrix(eltype(model), of["x2"])
        unseen = LSMI.cross_fitted(model)[2]
        return (report = LSMI.report(model; train = unseen, intervals = LSMI.bootstrap(unseen; drawn(i)...),
                                     null = LSMI.permutation_null(model, x1, x2, i["permutations"]; seed = seed),
                                     spread = LSMI.spread(model, x1, x2, i["repeats"]; seed = seed),
                                     controls = LSMI.controls(x1, x2, whole(of["y"]), config(i))),)
    elseif call == "preprocess"
        model, modality = models(i["model"]), i["modality"]
        p = LSMI.preprocessing(model, modality)
        return (z = vec(LSMI.preprocess(model, modality, matrix(eltype(model), i["x"]))), columns = p.columns .- 1,
                means = p.means, scales = p.scales, clip = p.clip, entropy_offset = LSMI.entropy_offsets(model)[modality])
    elseif call == "model_from_bytes"
        bytes = edited(LSMI.tobytes(models(i["model"])), i["edit"])
        return (same_bytes = LSMI.tobytes(Model(bytes)) == bytes,)
    elseif call == "model_load"
        LSMI.load(i["path"])
        return NamedTuple()
    end
    error("the parity vectors have a call '$call' that this replay does not know")
end

# Where `got` differs from `want`, as texts.
agrees(got::Bool, want, tolerance) = got === want
agrees(got::AbstractString, want, tolerance) = got == want || tolerance > 0 && near(got, want, tolerance)
agrees(got::Integer, want, tolerance) = got == want
function agrees(got::AbstractFloat, want, tolerance)
    got, want = Float64(got), number(want)
    isnan(want) && return isnan(got)
    tolerance == 0 && return got === want
    return got == want || abs(got - want) <= tolerance * max(1, abs(got), abs(want))
end

# Texts that differ in the last digits of their numbers.
function near(got::AbstractString, want, tolerance)
    number = r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?"
    values(text) = [parse(Float64, m.match) for m in eachmatch(number, text)]
    return replace(got, number => "#") == replace(want, number => "#") &&
        all(agrees(a, b, tolerance) for (a, b) in zip(values(got), values(want)))
end

differences(where, got, want, tolerance) =
    agrees(got, want, tolerance) ? String[] : ["$where: $got, expected $want"]
differences(where, got::AbstractVector, want, tolerance) = length(got) != length(want) ?
    ["$where: $(length(got)) elements, expected $(length(want))"] :
    reduce(vcat, [differences("$where[$n]", got[n], want[n], tolerance) for n in eachindex(got)]; init = String[])

function differences(where, got::NamedTuple, want, tolerance)
    # What a call gives may have more names than the file, not fewer.
    found = String[]
    for (key, value) in want
        append!(found, haskey(got, Symbol(key)) ?
            differences("$where.$key", got[Symbol(key)], value, tolerance) : ["$where.$key: missing"])
    end
    return found
end

function run_case(case, models, exact)
    name, want = case["name"], case["output"]
    got = try
        replay(case["call"], case["input"], models)
    catch exception
        exception isa NotExpressible && return "skipped"
        exception isa LSMIError || rethrow()
        exception
    end
    if got isa LSMIError || haskey(want, "error")
        expected = get(want, "error", nothing)
        return expected !== nothing && got isa LSMIError && got.message == expected["message"] &&
            got.field == expected["field"] &&
            got.status === LSMI.status_name(expected["status"]) &&
            string(got.status) == replace(expected["name"], ' ' => '_') ? String[] :
            ["$name: got $got, expected $expected"]
    end
    return differences(name, got, want, exact ? 0 : case["tolerance"])
end

function run_file(path, exact)
    file = Json.parse_file(path)
    @test file["format"] == 1
    cases = Dict(case["name"] => case for case in file["cases"])
    fits = Dict{String, Model}()
    models(name) = get!(() -> fitted(cases[name]["input"])[1], fits, name)
    for case in file["cases"]
        haskey(case["input"], "model") && (case["input"]["fitted"] = cases[case["input"]["model"]]["input"])
    end
    skipped = String[]
    for case in file["cases"]
        found = run_case(case, models, exact)
        found == "skipped" ? push!(skipped, case["name"]) : @test found == String[]
    end
    isempty(skipped) || @info "Parity vectors that Julia arrays cannot express" skipped
end

end

@testset "parity vectors" begin
    committed = joinpath(@__DIR__, "..", "..", "..", "tests", "data", "parity", "vectors.json")
    if isfile(committed)
        Parity.run_file(committed, false)
    else
        @info "No parity vectors here (they lie in the repository, not in the package)" committed
    end
    # A file that was named and is missing is an error.
    haskey(ENV, "LSMI_PARITY") && Parity.run_file(ENV["LSMI_PARITY"], true)
end
