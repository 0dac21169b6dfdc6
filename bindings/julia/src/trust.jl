# How far estimates can be trusted: intervals, nulls, spreads, controls.

"""
    Quantities(i1, i2, i12, r, u1, u2, s, s_minus_r)

Something of each mean: itself (nats), its deviation (nats), its p-value. Atoms are raw; S − R needs no surprisal.
"""
struct Quantities
    i1::Float64
    i2::Float64
    i12::Float64
    r::Float64
    u1::Float64
    u2::Float64
    s::Float64
    s_minus_r::Float64
end

const no_quantities = Quantities(ntuple(_ -> NaN, 8)...)

"""
    Interval(low, high)

Between two quantiles, nats.
"""
struct Interval
    low::Float64
    high::Float64
end

# struct LsmiIntervals
struct CIntervals
    struct_size::Csize_t
    draws::Csize_t
    level::Float64
    seed::UInt64
    of::NTuple{9, Interval}
end

"""
    Intervals

Bootstrap intervals of means over samples ([`LSMI.bootstrap`](@ref)): [`LSMI.Interval`](@ref)s `i1`, `i2`, `i12`, `r`,
`u1`, `u2`, `s`, `s_minus_r`, and `shift` for the constant that adjusts the atoms; the number of `draws`, the nominal
`level`, and the `seed`.
"""
struct Intervals
    draws::Int
    level::Float64
    seed::UInt64
    i1::Interval
    i2::Interval
    i12::Interval
    r::Interval
    u1::Interval
    u2::Interval
    s::Interval
    s_minus_r::Interval
    shift::Interval
end

Intervals(c::CIntervals) = Intervals(c.draws, c.level, c.seed, c.of...)
CIntervals(i::Intervals) =
    CIntervals(sizeof(CIntervals), i.draws, i.level, i.seed, ntuple(n -> getfield(i, n + 3), 9))

"""
    bootstrap(information; draws = 1000, level = 0.95, seed = 42) -> Intervals

Percentile intervals of the means of information and raw atoms, and of the shift: samples are drawn anew with replacement
`draws` times (1 to 1,000,000). `information` is an [`Information`](@ref), or [`Scores`](@ref).

They tell how means move with the samples at hand, whose information is taken as it is: what other samples would have
taught the models is not in them; see [`LSMI.intervals`](@ref). Of samples that the models were fitted to they flatter;
take [`LSMI.cross_fitted`](@ref). Throws [`LSMIError`](@ref) with status `:empty`, `:shape`, `:setting` or `:not_finite`.

```julia
y, scores = LSMI.cross_fitted(model)
LSMI.bootstrap(scores).s.low > 0        # whether the synergy is clearly positive
```
"""
function bootstrap(information::Information; draws = 1000, level = 0.95, seed = 42)
    out, draws, seed = Ref(no_intervals()), csize("draws", draws), seed_of(seed)
    GC.@preserve information checked(ccall(lsmi_bootstrap[], Cint,
        (Ref{CInformation}, Csize_t, Float64, UInt64, Ref{CIntervals}),
        describe(information), draws, level, seed, out))
    return Intervals(out[])
end

bootstrap(scores::Scores; options...) =
    bootstrap(Information(scores.i1, scores.i2, scores.i12, scores.h1, scores.h2); options...)

no_intervals() = CIntervals(sizeof(CIntervals), 0, 0.0, 0, ntuple(_ -> Interval(0.0, 0.0), 9))

"""
    intervals(model::Model; draws = 1000, level = 0.95, seed = 42) -> Intervals

The intervals of [`LSMI.bootstrap`](@ref) for the cross-fitted reading of the training samples, with the chance of the
models in them: those of the atoms are as much wider, or narrower, as resamples showed to which the densities were fitted
anew, and to which classifiers answered to first order. What another choice of forms would have given is not in them.
Throws [`LSMIError`](@ref) with status `:setting`, also if the model was fitted without folds.

```julia
LSMI.intervals(model).s.low > 0         # whether the synergy is clearly positive
```
"""
function intervals(model::Model; draws = 1000, level = 0.95, seed = 42)
    out, draws, seed = Ref(no_intervals()), csize("draws", draws), seed_of(seed)
    checked(ccall(lsmi_model_intervals[], Cint, (Ptr{Cvoid}, Csize_t, Float64, UInt64, Ref{CIntervals}),
        model, draws, level, seed, out))
    return Intervals(out[])
end

# struct LsmiNull
struct CNull
    struct_size::Csize_t
    permutations::Csize_t
    seed::UInt64
    p_values::Quantities
    means::Ptr{Quantities}
end

"""
    Null

The means under labels that were shuffled among the samples ([`LSMI.permutation_null`](@ref)): the `seed`, the
`p_values` ([`LSMI.Quantities`](@ref)), and the `means` of every permutation, nats.
"""
struct Null
    seed::UInt64
    p_values::Quantities
    means::Vector{Quantities}
end

# The caller preserves the means.
CNull(null::Null) =
    CNull(sizeof(CNull), length(null.means), null.seed, null.p_values, pointer(null.means))

"""
    permutation_null(model::Model, x1, x2, permutations; seed = 42, means = LSMI.Quantities[], progress = nothing) -> Null

The null of labels that tell nothing: they are shuffled among the training samples, and the classifiers are chosen and
fitted anew each time, with the settings of `model`, each sample being read by classifiers that did not see it; the
densities, which know no labels, stay. With the number b of the B permutations whose mean is at least that of
[`LSMI.cross_fitted`](@ref), the p-value is (b + 1) / (B + 1): small where the labels tell more than none would.

`x1` and `x2` are the training samples, in their order. Each permutation takes as long as the classifiers of the fit;
`progress(done, permutations)` is called as it goes on, and cancels by returning `:cancel`; Ctrl-C cancels, too. `means`
gets the means of every permutation as they come: after a cancellation, a call with the same `means` and seed goes on
where that one was left. Throws [`LSMIError`](@ref) with status `:setting` (also for a model that was fitted without
folds, and for other samples), `:type`, `:empty`, `:shape`, `:not_finite`, `:diverged` or `:cancelled`.

```julia
null = LSMI.permutation_null(model, x1, x2, 99)
null.p_values.s
```
"""
function permutation_null(model::Model{T}, x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, permutations;
                          seed = 42, means::Vector{Quantities} = Quantities[], progress = nothing) where {T}
    x1, x2, count, seed = samples(x1, T), samples(x2, T), csize("permutations", permutations), seed_of(seed)
    begun = length(means)
    # The library refuses other numbers, before it needs room.
    begun < count <= most_permutations && append!(means, fill(no_quantities, count - begun))
    null = Ref(CNull(sizeof(CNull), 0, 0, no_quantities, pointer(means)))
    done = begun
    try
        GC.@preserve x1 x2 means checked(with_count(progress, now -> (done = now)) do callback, user
            ccall(lsmi_permutation_null[], Cint,
                  (Ptr{Cvoid}, Ref{CMatrix}, Ref{CMatrix}, Csize_t, UInt64, Csize_t, Ptr{Cvoid}, Ptr{Cvoid}, Ref{CNull}),
                  model, describe(x1), describe(x2), count, seed, begun, callback, user, null)
        end)
    catch
        resize!(means, done)
        rethrow()
    end
    return Null(seed, null[].p_values, means)
end

const most_permutations = 100_000
const most_repeats = 1000

# struct LsmiSpread
struct CSpread
    struct_size::Csize_t
    repeats::Csize_t
    seed::UInt64
    deviation::Quantities
    sample_deviation::Quantities
    means::Ptr{Quantities}
    samples::Ptr{Quantities}
end

"""
    Spread

What differs when nothing but chance does ([`LSMI.spread`](@ref)): `deviation`, the standard deviation of the means of
all fits, that of the model among them; `sample_deviation`, the same of a sample's values, as the root of the mean square
over the samples; the `means` of each further fit; the standard deviation of every sample's values, `samples`; all
[`LSMI.Quantities`](@ref) in nats. And the `seed`.
"""
struct Spread
    seed::UInt64
    deviation::Quantities
    sample_deviation::Quantities
    means::Vector{Quantities}
    samples::Vector{Quantities}
end

# The caller preserves the means. No report has those of every sample.
CSpread(s::Spread) = CSpread(sizeof(CSpread), length(s.means), s.seed, s.deviation, s.sample_deviation,
                             pointer(s.means), Ptr{Quantities}(C_NULL))

"""
    spread(model::Model, x1, x2, repeats; seed = 42, progress = nothing) -> Spread

Fits the training samples of `model` again, `repeats` times, with its settings and other seeds, so that folds, starts and
batches differ, and compares the cross-fitted readings. `x1` and `x2` are those samples, in their order. Each repeat
takes as long as the fit; `progress(done, repeats)` is called as it goes on, as in [`LSMI.permutation_null`](@ref),
whose errors it has.

```julia
LSMI.spread(model, x1, x2, 4).deviation.s
```
"""
function spread(model::Model{T}, x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, repeats; seed = 42,
                progress = nothing) where {T}
    x1, x2, count, seed = samples(x1, T), samples(x2, T), csize("repeats", repeats), seed_of(seed)
    means = fill(no_quantities, count <= most_repeats ? count : 0)
    of_samples = fill(no_quantities, cross_fitted_samples(model))
    out = Ref(CSpread(sizeof(CSpread), 0, 0, no_quantities, no_quantities, pointer(means), pointer(of_samples)))
    GC.@preserve x1 x2 means of_samples checked(with_count(progress) do callback, user
        ccall(lsmi_spread[], Cint,
              (Ptr{Cvoid}, Ref{CMatrix}, Ref{CMatrix}, Csize_t, UInt64, Ptr{Cvoid}, Ptr{Cvoid}, Ref{CSpread}),
              model, describe(x1), describe(x2), count, seed, callback, user, out)
    end)
    return Spread(seed, out[].deviation, out[].sample_deviation, means, of_samples)
end

const control_names = (:duplicated_x1, :mapped_x1, :duplicated_x2, :mapped_x2, :shuffled_labels, :shuffled_pairing,
                       :first_half, :second_half, :planted_redundancy, :planted_synergy)

# struct LsmiControlResult
struct CControlResult
    control::Int32
    samples::Csize_t
    features1::Csize_t
    features2::Csize_t
    planted::Float64
    found::Quantities
end

# struct LsmiControls
struct CControls
    struct_size::Csize_t
    capacity::Csize_t
    results::Ptr{CControlResult}
    count::Csize_t
    synergy_floor::Float64
    trusted_features::Csize_t
    seed::UInt64
end

# Room that is enough for the results of all controls.
const most_controls = 80

"""
    ControlResult

What a control found: which `control`, of how many `samples` and features (`features1`, `features2`); `planted`, the
planted mean atom (R or S) in nats, or `nothing`; and `found`, the cross-fitted means ([`LSMI.Quantities`](@ref)).
"""
struct ControlResult
    control::Symbol
    samples::Int
    features1::Int
    features2::Int
    planted::Union{Nothing, Float64}
    found::Quantities
end

ControlResult(c::CControlResult) = ControlResult(control_names[c.control + 1], c.samples, c.features1, c.features2,
                                                 isnan(c.planted) ? nothing : c.planted, c.found)
CControlResult(r::ControlResult) = CControlResult(choice_code("control", control_names, r.control), r.samples,
                                                  r.features1, r.features2, something(r.planted, NaN), r.found)

"""
    Controls

What all controls found ([`LSMI.controls`](@ref)): the `results`, [`LSMI.ControlResult`](@ref)s; `synergy_floor`, the
largest |S| of controls that hold no synergy, nats; `trusted_features`, the most features of each modality among which
the planted synergy was found, to four fifths at least (0 if it was found among none); and the `seed`.
"""
struct Controls
    seed::UInt64
    synergy_floor::Float64
    trusted_features::Int
    results::Vector{ControlResult}
end

# The caller preserves the results.
CControls(c::Controls, results::Vector{CControlResult}) =
    CControls(sizeof(CControls), length(results), pointer(results), length(results), c.synergy_floor,
              c.trusted_features, c.seed)

"""
    controls(x1, x2, y; preset = :robust, progress = nothing, settings...) -> Controls
    controls(x1, x2, y, config::Config; progress = nothing) -> Controls

Fits data made from these samples, with these settings: each modality beside itself and beside its image under a linear
map (`:duplicated_x1`, `:mapped_x1`, …), `:shuffled_labels`, `:shuffled_pairing`, `:first_half` and `:second_half`,
`:planted_redundancy`, and `:planted_synergy` among more and more features. They say what the method would find if it
were there, below what a synergy is noise, and among how many features one can be found. Some twelve fits, which
`progress(done, fits)` counts; it cancels by returning `:cancel`. Throws as `fit` does.

```julia
found = LSMI.controls(x1, x2, y; seed = 1)
abs(score(model, x1, x2, y).summary.raw.s) > found.synergy_floor
```
"""
controls(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer};
         preset = :robust, progress = nothing, settings...) =
    controls(x1, x2, y, Config(preset; settings...); progress = progress)

function controls(x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer}, config::Config;
                  progress = nothing)
    x1, x2, y = samples(x1), samples(x2), targets(y)
    results = Vector{CControlResult}(undef, most_controls)
    out = Ref(CControls(sizeof(CControls), most_controls, pointer(results), 0, NaN, 0, 0))
    GC.@preserve x1 x2 results checked(with_count(progress) do callback, user
        ccall(lsmi_controls[], Cint,
              (Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Ref{CConfig}, Ptr{Cvoid}, Ptr{Cvoid}, Ref{CControls}),
              describe(x1), describe(x2), y, length(y), getfield(config, :c), callback, user, out)
    end)
    found = ControlResult.(results[1:out[].count])
    return Controls(out[].seed, out[].synergy_floor, out[].trusted_features, found)
end
