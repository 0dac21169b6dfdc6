# Scoring.

"""
    PerSource(x1, x2, joint)

A number for each of the classifiers p(y|x1), p(y|x2), p(y|x1,x2).
"""
struct PerSource
    x1::Float64
    x2::Float64
    joint::Float64
end

# struct LsmiSummary
struct CSummary
    struct_size::Csize_t
    samples::Csize_t
    clipped::Csize_t
    i1::Float64
    i2::Float64
    i12::Float64
    h1::Float64
    h2::Float64
    s_minus_r::Float64
    shift::Float64
    raw::Atoms
    adjusted::Atoms
    seen::Csize_t
    reading::Int32
    accuracy::PerSource
    log_loss::PerSource
end

const readings = (:new, :in_sample, :cross_fitted)

"""
    Summary

Means over the samples that were scored, nats: `samples` (their number), `clipped` (samples with a standardised
feature beyond the model's limit, and therefore limited), `i1`, `i2`, `i12`, `h1`, `h2`, `s_minus_r` (which needs no
surprisal), `shift` (the constant a that adjusts all samples' atoms), `raw` and `adjusted` (mean [`Atoms`](@ref), as
they are and as (r + a, u1 − a, u2 − a, s + a)), `accuracy` (fraction of samples whose class each classifier finds)
and `log_loss` (mean −log p(y|x)), both with `x1`, `x2`, `joint`; `reading` says by which models the samples were read:
`:new` (by the model, which did not see them), `:in_sample` (by the model, which was fitted to `seen` of them: they
flatter it), `:cross_fitted` (each by models that were fitted to others).
"""
struct Summary
    samples::Int
    clipped::Int
    i1::Float64
    i2::Float64
    i12::Float64
    h1::Float64
    h2::Float64
    s_minus_r::Float64
    shift::Float64
    raw::Atoms
    adjusted::Atoms
    seen::Int
    reading::Symbol
    accuracy::PerSource
    log_loss::PerSource
end

summary_field(c::CSummary, name) = name === :reading ? readings[c.reading + 1] : getfield(c, name)
Summary(c::CSummary) = Summary((summary_field(c, name) for name in fieldnames(Summary))...)

# struct LsmiScores
struct CScores
    struct_size::Csize_t
    samples::Csize_t
    i1::Ptr{Float64}
    i2::Ptr{Float64}
    i12::Ptr{Float64}
    h1::Ptr{Float64}
    h2::Ptr{Float64}
    r::Ptr{Float64}
    u1::Ptr{Float64}
    u2::Ptr{Float64}
    s::Ptr{Float64}
end

const score_columns = (:i1, :i2, :i12, :h1, :h2, :r, :u1, :u2, :s)

"""
    Scores(n::Integer)

The scores of n samples, nats: `Vector{Float64}`s `i1` = i(x1;y), `i2` = i(x2;y), `i12` = i(x1,x2;y), `h1` = h(x1),
`h2` = h(x2), and the raw atoms `r`, `u1`, `u2`, `s` (adjusted ones: [`LSMI.adjusted`](@ref)); and their `summary`, a
[`LSMI.Summary`](@ref). For every sample r + u1 = i1, r + u2 = i2, r + u1 + u2 + s = i12. `Scores(n)` is room for
[`score!`](@ref).
"""
mutable struct Scores
    i1::Vector{Float64}
    i2::Vector{Float64}
    i12::Vector{Float64}
    h1::Vector{Float64}
    h2::Vector{Float64}
    r::Vector{Float64}
    u1::Vector{Float64}
    u2::Vector{Float64}
    s::Vector{Float64}
    summary::Summary
end

const no_summary = let none = Atoms(NaN, NaN, NaN, NaN), sources = PerSource(NaN, NaN, NaN)
    Summary(0, 0, NaN, NaN, NaN, NaN, NaN, NaN, NaN, none, none, 0, :new, sources, sources)
end

Scores(n::Integer) = Scores((fill(NaN, Int(csize("samples", n))) for _ in score_columns)..., no_summary)
Base.length(scores::Scores) = length(scores.r)

"""
    adjusted(scores::Scores) -> (r = …, u1 = …, u2 = …, s = …)

The atoms of every sample after the shift a = `scores.summary.shift`: r + a, u1 − a, u2 − a, s + a, nats.
"""
function adjusted(scores::Scores)
    a = scores.summary.shift
    return (r = scores.r .+ a, u1 = scores.u1 .- a, u2 = scores.u2 .- a, s = scores.s .+ a)
end

"""
    score(model::Model, x1, x2, y; shift = :model) -> Scores

The pointwise information and the atoms of every sample, nats (formulas: `fit`). `x1` is d1 × n, `x2` d2 × n, of the
model's type; `y` has n class numbers from 0. `shift` says which constant adjusts the atoms: `:frozen` (that of the
training split), `:batch` (that of these samples), `:none`, or `:model`, what the model's settings say.

Throws [`LSMIError`](@ref) with status `:type`, `:empty`, `:shape`, `:not_finite`, `:class`, `:unseen_class` or
`:setting`.

```julia
scores = score(model, x1, x2, y)
scores.s[1]                     # synergy of the first sample
scores.summary.adjusted.r       # mean redundancy after the shift
```
"""
score(model::Model, x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer};
      shift = :model) = score!(Scores(size(x1, 2)), model, x1, x2, y; shift = shift)

shift_code(shift) = shift === :model ? Int32(-1) : choice_code("shift", shift_rules, shift)

"""
    score!(scores::Scores, model::Model, x1, x2, y; shift = :model) -> scores

[`score`](@ref) into `scores`, whose length is the number of samples. Nothing is written if anything is wrong.
"""
function score!(scores::Scores, model::Model{T}, x1::AbstractMatrix{<:Real}, x2::AbstractMatrix{<:Real},
                y::AbstractVector{<:Integer}; shift = :model) where {T}
    x1, x2, y, n, code = samples(x1, T), samples(x2, T), targets(y), length(scores), shift_code(shift)
    for name in score_columns
        check_size(name, getfield(scores, name), n)
    end
    summary = Ref{CSummary}()
    GC.@preserve scores x1 x2 summary begin
        out = CScores(sizeof(CScores), n, (pointer(getfield(scores, name)) for name in score_columns)...)
        pointer_summary = Base.unsafe_convert(Ptr{CSummary}, summary)
        unsafe_store!(Ptr{Csize_t}(pointer_summary), sizeof(CSummary))
        checked(ccall(lsmi_model_score[], Cint,
            (Ptr{Cvoid}, Ref{CMatrix}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Int32, Ref{CScores}, Ptr{CSummary}),
            model, describe(x1), describe(x2), y, length(y), code, out, pointer_summary))
    end
    scores.summary = Summary(summary[])
    return scores
end

"""
    cross_fitted(model::Model) -> (y, Scores)

The class numbers and scores of the training samples as models read them that did not see them: fits to the other folds,
with the same settings. [`score`](@ref) of training samples reads them by the model that was fitted to them, which
flatters it. Throws [`LSMIError`](@ref) with status `:setting` if the model was fitted without folds.
"""
function cross_fitted(model::Model)
    n = cross_fitted_samples(model)
    y, scores, summary = Vector{Int64}(undef, n), Scores(n), Ref{CSummary}()
    GC.@preserve scores summary begin
        out = CScores(sizeof(CScores), n, (pointer(getfield(scores, name)) for name in score_columns)...)
        pointer_summary = Base.unsafe_convert(Ptr{CSummary}, summary)
        unsafe_store!(Ptr{Csize_t}(pointer_summary), sizeof(CSummary))
        checked(ccall(lsmi_model_cross_fitted[], Cint, (Ptr{Cvoid}, Ptr{Int64}, Ref{CScores}, Ptr{CSummary}),
                      model, y, out, pointer_summary))
    end
    scores.summary = Summary(summary[])
    return y, scores
end
