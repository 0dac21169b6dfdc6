# What objects look like at the prompt.

count_of(n, thing, things = thing * "s") = n == 1 ? "1 $thing" : "$n $things"

Base.show(io::IO, m::Marginal) =
    print(io, typeof(m), m.handle == C_NULL ? " (freed)" : "($(m.features) features, $(count_of(m.modes, "mode")))")

function Base.show(io::IO, ::MIME"text/plain", m::Marginal)
    show(io, m)
    m.handle == C_NULL && return
    print(io, "\n  ", m.diagonal === :shared ? "one diagonal for all modes" : "a diagonal per mode",
          m.triangle === :full ? ", triangular parts" : ", no triangular parts",
          m.bounded ? ", σ = tanh ℓ" : ", σ = ℓ")
end

Base.show(io::IO, n::Network) =
    print(io, typeof(n), n.handle == C_NULL ? " (freed)" :
          "($(count_of(n.features, "feature")), $(n.classes) classes, $(count_of(n.layers, "layer")))")

Base.show(io::IO, m::Model) =
    print(io, typeof(m), m.handle == C_NULL ? " (freed)" :
          "($(m.features1) + $(m.features2) features, $(m.classes) classes)")

function Base.show(io::IO, ::MIME"text/plain", m::Model)
    show(io, m)
    m.handle == C_NULL && return
    # A model of given parts may have more hidden layers than settings can hold.
    c = try
        settings(m)
    catch exception
        exception isa LSMIError && exception.status === :setting || rethrow()
        nothing
    end
    c === nothing ||
        @printf(io, "\n  preset %s, seed %d, %s per density, hidden layers %s", c.preset, c.seed,
                count_of(c.modes, "mode"), isempty(c.hidden) ? "none" : join(c.hidden, ", "))
    counts = class_counts(m)
    counts === nothing || print(io, "\n  training samples by class: ", join(counts, ", "))
    isnan(m.frozen_shift) || @printf(io, "\n  shift of the training split: %.4f nats", m.frozen_shift)
    for note in notes(m)
        print(io, "\n  note: ", note)
    end
    for flag in flags(m)
        print(io, "\n  flag: ", flag.subject, ": ", flag.finding)
    end
end

Base.show(io::IO, c::Config) = print(io, "Config(:", c.preset, "; …)")

function Base.show(io::IO, ::MIME"text/plain", c::Config)
    print(io, "LSMI.Config")
    values = settings(c)
    for key in sort!(collect(keys(values)))
        print(io, "\n  ", rpad(key, 26), values[key])
    end
end

Base.show(io::IO, s::Scores) = print(io, "Scores of ", count_of(length(s), "sample"))

function Base.show(io::IO, ::MIME"text/plain", s::Scores)
    m = s.summary
    show(io, s)
    m.samples == 0 && return
    print(io, ", means in nats")
    @printf(io, "\n  %-9s %9s %9s %9s %9s", "", "R", "U1", "U2", "S")
    for (name, a) in (("raw", m.raw), ("adjusted", m.adjusted))
        @printf(io, "\n  %-9s %9.4f %9.4f %9.4f %9.4f", name, a.r, a.u1, a.u2, a.s)
    end
    @printf(io, "\n  shift %.4f, S − R %.4f", m.shift, m.s_minus_r)
    @printf(io, "\n  i1 %.4f, i2 %.4f, i12 %.4f, h1 %.4f, h2 %.4f", m.i1, m.i2, m.i12, m.h1, m.h2)
    @printf(io, "\n  accuracy %.3f, %.3f, joint %.3f; log-loss %.4f, %.4f, joint %.4f", m.accuracy.x1, m.accuracy.x2,
            m.accuracy.joint, m.log_loss.x1, m.log_loss.x2, m.log_loss.joint)
    m.clipped == 0 || print(io, "\n  ", count_of(m.clipped, "sample"), " with a limited feature")
end

Base.show(io::IO, i::Information) = print(io, "Information of ", count_of(length(i), "sample"))

Base.show(io::IO, d::Dataset) =
    print(io, "LSMI.Dataset of ", count_of(length(d.y), "sample"), ": ", size(d.x1, 1), " + ", size(d.x2, 1), " features")
