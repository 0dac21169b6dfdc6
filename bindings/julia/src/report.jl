# The report.

# struct LsmiReportSplit
struct CReportSplit
    struct_size::Csize_t
    name::Ptr{UInt8}
    summary::CSummary
end

c_field(s::Summary, name) = name === :reading ? choice_code("reading", readings, s.reading) : getfield(s, name)
CSummary(s::Summary) = CSummary(sizeof(CSummary), (c_field(s, name) for name in fieldnames(Summary))...)
summary_of(scores::Scores) = scores.summary
summary_of(summary::Summary) = summary

"""
    report(model::Model; shift = :model, details = false, intervals = nothing, null = nothing, spread = nothing,
           controls = nothing, splits...) -> String

The report on splits that the model has scored, as indented JSON, which is the same in every language and in the command
`lsmi`: seed, preset and entropy units of the fit, its notes and flags, the library's version, the shift rule, and the
means of every split by name. A split is [`Scores`](@ref) or their `summary`; `shift` is the rule that they were scored
with.

With `details` it has what the model knows of its training samples and of its fit, too: settings, classes, samples,
calibration, the courses of the trainings. `intervals`, of the cross-fitted means of the split `train`, `null`, `spread`
and `controls` are results of [`LSMI.intervals`](@ref), [`LSMI.permutation_null`](@ref), [`LSMI.spread`](@ref) and
[`LSMI.controls`](@ref). Throws [`LSMIError`](@ref) with status `:setting`.

```julia
println(LSMI.report(model; train = score(model, x1, x2, y), val = score(model, v1, v2, w)))

y, unseen = LSMI.cross_fitted(model)
LSMI.report(model; train = unseen, intervals = LSMI.intervals(model), details = true)
```
"""
function report(model::Model; shift = :model, details::Bool = false, intervals::Union{Nothing, Intervals} = nothing,
                null::Union{Nothing, Null} = nothing, spread::Union{Nothing, Spread} = nothing,
                controls::Union{Nothing, Controls} = nothing, splits...)
    code = shift_code(shift)
    handle = read_handle(out ->
        ccall(lsmi_report_new[], Cint, (Ptr{Cvoid}, Int32, Ref{Ptr{Cvoid}}), model, code, out))
    try
        for (name, split) in splits
            add_split(handle, string(name), summary_of(split))
        end
        details && checked(ccall(lsmi_report_add_details[], Cint, (Ptr{Cvoid}, Ptr{Cvoid}), handle, model))
        foreach(result -> add(handle, result), (intervals, null, spread, controls))
        return read_text() do buffer, capacity, length
            ccall(lsmi_report_json[], Cint, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ref{Csize_t}), handle, buffer, capacity,
                  length)
        end
    finally
        ccall(lsmi_report_free[], Cint, (Ptr{Cvoid},), handle)
    end
end

function add_split(report, name, summary)
    GC.@preserve name checked(ccall(lsmi_report_add_split[], Cint, (Ptr{Cvoid}, Ref{CReportSplit}), report,
                                    CReportSplit(sizeof(CReportSplit), pointer(name), CSummary(summary))))
end

add(report, ::Nothing) = nothing
add(report, intervals::Intervals) =
    checked(ccall(lsmi_report_add_intervals[], Cint, (Ptr{Cvoid}, Ref{CIntervals}), report, CIntervals(intervals)))

add(report, null::Null) =
    GC.@preserve null checked(ccall(lsmi_report_add_null[], Cint, (Ptr{Cvoid}, Ref{CNull}), report, CNull(null)))

add(report, spread::Spread) = GC.@preserve spread checked(
    ccall(lsmi_report_add_spread[], Cint, (Ptr{Cvoid}, Ref{CSpread}), report, CSpread(spread)))

function add(report, controls::Controls)
    results = CControlResult.(controls.results)
    GC.@preserve results checked(ccall(lsmi_report_add_controls[], Cint, (Ptr{Cvoid}, Ref{CControls}), report,
                                       CControls(controls, results)))
end
