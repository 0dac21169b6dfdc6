using LSMI, Test, Random, Serialization

include("json.jl")

# The error that `work` throws.
function caught(work)
    try
        work()
    catch exception
        return exception
    end
    return nothing
end

@testset "LSMI" begin
    include("knife.jl")
    include("network.jl")
    include("interaction.jl")
    include("config.jl")
    include("model.jl")
    include("trust.jl")
    include("arrays.jl")
    include("errors.jl")
    include("parity.jl")
end
