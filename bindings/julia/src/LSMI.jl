"""
Redundancy, uniqueness and synergy of two modalities about a target, per sample, in nats: the Julia side of libLSMI.

    using LSMI
    model = fit(x1, x2, y)              # x1: d1×n, x2: d2×n, y: class numbers from 0
    scores = score(model, x1, x2, y)    # scores.r, scores.u1, scores.u2, scores.s, scores.summary

Samples are the columns of a matrix (features × samples). `Float32` and `Float64` arrays, and views whose first stride
is 1, go in as they are; other arrays are converted first. Class numbers are labels and count from 0, as in every
language of libLSMI. What indexes a Julia array counts from 1 (`LSMI.dropped`, the keyword `held_out`). Rows and
columns in an error's message are sample and feature and count from 0.

The library is found at run time: the environment variable `LSMI_LIBRARY`, else `liblsmi` on the loader's path.
"""
module LSMI

using Libdl
using Printf
using Serialization: Serialization, AbstractSerializer, deserialize, serialize, serialize_type

export Atoms, Config, Information, LSMIError, Marginal, Model, Network, Scores
export fit, log_density, log_density!, log_probabilities, score, score!

include("library.jl")
include("errors.jl")
include("matrix.jl")
include("config.jl")
include("progress.jl")
include("training.jl")
include("interaction.jl")
include("knife.jl")
include("network.jl")
include("model.jl")
include("preprocessing.jl")
include("scores.jl")
include("trust.jl")
include("flags.jl")
include("report.jl")
include("synthetic.jl")
include("show.jl")

function __init__()
    load_library()
end

end
