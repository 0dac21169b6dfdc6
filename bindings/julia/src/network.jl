# Classifier networks for p(y|x).

# struct LsmiLayer
struct CLayer
    struct_size::Csize_t
    outputs::Csize_t
    weights::Ptr{Cvoid}
    biases::Ptr{Cvoid}
end

# struct LsmiLayerBuffers
struct CLayerBuffers
    struct_size::Csize_t
    weights::Ptr{Cvoid}
    biases::Ptr{Cvoid}
end

"""
    Network(layers; activation = :relu)

A feed-forward classifier from its parameters, which are copied: `layers` is a vector of `(weights = W, biases = b)`
(or of pairs `(W, b)`), first to last, where W is outputs × inputs as in

    v ↦ activation(W v + b) for all layers but the last,    log p(y|x) = log softmax(W v + b)_y of the last

`activation` is `:relu` or `:tanh`. The type of the first weights, `Float32` or `Float64`, is the network's.

Properties: `features`, `classes`, `layers` (their number), `activation`. The handle is freed with the object. Several
threads may use a network at once. Throws [`LSMIError`](@ref) with status `:shape`, `:empty`, `:not_finite` or
`:setting`.

```julia
linear = Network([(weights = [1.0 0.0; 0.0 1.0], biases = [0.0, 0.0])])
log_probabilities(linear, [0.0 1.0; 0.0 3.0])
```
"""
mutable struct Network{T<:Real32or64}
    handle::Ptr{Cvoid}
    features::Int
    classes::Int
    layers::Int
    activation::Symbol

    # Takes over a handle.
    function Network{T}(handle::Ptr{Cvoid}) where {T}
        features, classes, layers, activation = Ref{Csize_t}(), Ref{Csize_t}(), Ref{Csize_t}(), Ref{Int32}()
        checked(ccall(lsmi_network_form[], Cint,
            (Ptr{Cvoid}, Ptr{Int32}, Ref{Csize_t}, Ref{Csize_t}, Ref{Csize_t}, Ref{Int32}),
            handle, C_NULL, features, classes, layers, activation))
        network = new{T}(handle, features[], classes[], layers[], activations[activation[] + 1])
        return finalizer(free, network)
    end
end

function free(network::Network)
    ccall(lsmi_network_free[], Cint, (Ptr{Cvoid},), network.handle)
    network.handle = C_NULL
    return nothing
end

Base.unsafe_convert(::Type{Ptr{Cvoid}}, network::Network) = network.handle
Base.deepcopy_internal(network::Network, ::IdDict) = network

# How many functions a classifier that a fit chose adds to what its layers give.
function expansion_count(network::Network)
    count = Ref{Csize_t}()
    checked(ccall(lsmi_network_expansion_count[], Cint, (Ptr{Cvoid}, Ref{Csize_t}), network, count))
    return Int(count[])
end

function Serialization.serialize(to::AbstractSerializer, network::Network)
    expansion_count(network) == 0 || throw(LSMIError(:setting,
        "network: expected layers alone, got a classifier that a fit chose, which has more; serialize its model",
        "network"))
    serialize_type(to, typeof(network))
    serialize(to, (parameters(network), network.activation))
end

function Serialization.deserialize(from::AbstractSerializer, ::Type{<:Network})
    layers, activation = deserialize(from)
    return Network(layers; activation = activation)
end

Base.eltype(::Type{Network{T}}) where {T} = T

function Network(layers::AbstractVector; activation = :relu)
    isempty(layers) && throw(LSMIError(:empty, "layers: expected at least one layer, got 0", "layers"))
    T = eltype(first(layers)[1]) === Float32 ? Float32 : Float64
    features = inputs = size(first(layers)[1], 2)
    arrays = map(collect(enumerate(layers))) do (number, (weights, biases))
        check_size("weights of layer $number", weights, length(biases), inputs)
        inputs = length(biases)
        # C has the rows one after the other.
        (weights = Matrix{T}(permutedims(weights)), biases = Vector{T}(biases))
    end
    code = choice_code("activation", activations, activation)
    handle = GC.@preserve arrays begin
        described = [CLayer(sizeof(CLayer), length(a.biases), address(a.weights), address(a.biases)) for a in arrays]
        read_handle(out -> ccall(lsmi_network_new[], Cint,
            (Int32, Csize_t, Ptr{CLayer}, Csize_t, Int32, Ref{Ptr{Cvoid}}),
            type_code(T), features, described, length(described), code, out))
    end
    return Network{T}(handle)
end

# Room for the parameters of every layer or their gradients, as C has them.
function room(network::Network{T}) where {T}
    inputs, outputs = Ref{Csize_t}(), Ref{Csize_t}()
    return map(1:network.layers) do number
        checked(ccall(lsmi_network_layer[], Cint, (Ptr{Cvoid}, Csize_t, Ref{Csize_t}, Ref{Csize_t}, Ptr{CLayerBuffers}),
                      network, number - 1, inputs, outputs, C_NULL))
        (weights = Matrix{T}(undef, inputs[], outputs[]), biases = Vector{T}(undef, outputs[]))
    end
end

CLayerBuffers(a) = CLayerBuffers(sizeof(CLayerBuffers), address(a.weights), address(a.biases))

natural(layers::Vector) = [(weights = permutedims(a.weights), biases = a.biases) for a in layers]

"""
    parameters(network::Network) -> Vector of (weights = …, biases = …)

Copies of the parameters of every layer, as [`Network`](@ref) takes them. A classifier that a fit chose may add quadratic
forms and radial units to the logits, which are not among them.

```julia
same = Network(LSMI.parameters(network); activation = network.activation)
```
"""
function parameters(network::Network)
    layers = room(network)
    for (number, layer) in enumerate(layers)
        GC.@preserve layer checked(ccall(lsmi_network_layer[], Cint,
            (Ptr{Cvoid}, Csize_t, Ptr{Csize_t}, Ptr{Csize_t}, Ref{CLayerBuffers}),
            network, number - 1, C_NULL, C_NULL, CLayerBuffers(layer)))
    end
    return natural(layers)
end

"""
    log_probabilities(network::Network, x::AbstractMatrix) -> Matrix

log p(y|x), nats, of every class (rows, from class 0) and sample (columns); `x` is features × samples, of the
network's type. Throws [`LSMIError`](@ref) with status `:type`, `:empty` or `:shape`.
"""
function log_probabilities(network::Network{T}, x::AbstractMatrix{<:Real}) where {T}
    x = samples(x, T)
    out = Matrix{T}(undef, network.classes, size(x, 2))
    GC.@preserve x checked(ccall(lsmi_network_log_probabilities[], Cint, (Ptr{Cvoid}, Ref{CMatrix}, Ptr{T}),
                                 network, describe(x), out))
    return out
end

"""
    gradient(network::Network, x, y; weights = nothing) -> (loss = …, parameters = …, x = …)

The weighted mean cross-entropy and its gradient for all parameters (as [`LSMI.parameters`](@ref) has them) and for
`x`:

    loss = −Σᵢ wᵢ log p(yᵢ|xᵢ) / Σᵢ wᵢ

nats. `x` is features × samples, `y` has class numbers from 0, `weights` a number per sample. Throws
[`LSMIError`](@ref) with status `:type`, `:empty`, `:shape`, `:class` or `:setting` (weights).
"""
function gradient(network::Network{T}, x::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer};
                  weights = nothing) where {T}
    x, y = samples(x, T), targets(y)
    weights = weights_of(T, weights, size(x, 2))
    layers, gradient_x, loss = room(network), Matrix{T}(undef, size(x)), Ref(0.0)
    GC.@preserve x weights layers checked(ccall(lsmi_network_gradient[], Cint,
        (Ptr{Cvoid}, Ref{CMatrix}, Ptr{Int64}, Csize_t, Ptr{Cvoid}, Ref{Float64}, Ptr{CLayerBuffers}, Ptr{T}),
        network, describe(x), y, length(y), address(weights), loss, CLayerBuffers.(layers), gradient_x))
    return (loss = loss[], parameters = natural(layers), x = gradient_x)
end

"""
    fit(Network, x, y; settings...) -> Network

A classifier fitted to `x` (features × samples) and class numbers `y` from 0, by minimising the weighted mean
cross-entropy, −Σᵢ wᵢ log p(yᵢ|xᵢ) / Σᵢ wᵢ, by Adam on mini-batches. The type of `x` is the network's.

Keywords, with what the preset `robust` has where nothing else is said: `classes` (largest class number plus one),
`hidden` (widths of the hidden layers, `Int[]` for a linear classifier), `activation` (`:relu` or `:tanh`); the
training — `epochs`, `batch`, `learning_rate`, `decay_every`, `decay_factor`, `weight_decay`, `patience`; `weights`,
`held_out`, `seed`, `progress`, `config` as of `fit(Marginal, x)`.

Throws [`LSMIError`](@ref) with status `:setting`, `:empty`, `:shape`, `:class`, `:not_finite`, `:diverged` or
`:cancelled`.

```julia
network = fit(Network, x, y; hidden = [32], epochs = 20)
```
"""
function fit(::Type{Network}, x::AbstractMatrix{<:Real}, y::AbstractVector{<:Integer}; config::Config = Config(),
             classes::Integer = isempty(y) ? 0 : max(maximum(y), 0) + 1, hidden = config.hidden,
             activation = config.activation, weights = nothing, held_out = Int[], seed::Integer = config.seed,
             progress = nothing, training...)
    x, y = samples(x), targets(y)
    T = eltype(x)
    weights = weights_of(T, weights, size(x, 2))
    hidden = Csize_t[csize("hidden", width) for width in hidden]
    class_count = csize("classes", classes)
    code = choice_code("activation", activations, activation)
    training = training_of(config, :classifier; training...)
    held_out = held_out_numbers(held_out, size(x, 2))
    handle = GC.@preserve x weights held_out read_handle() do out
        with_progress(progress, :network) do callback, user
            how = fit_options(training, held_out, seed, callback, user)
            ccall(lsmi_network_fit[], Cint,
                  (Ref{CMatrix}, Ptr{Int64}, Csize_t, Csize_t, Ptr{Cvoid}, Ptr{Csize_t}, Csize_t, Int32,
                   Ref{CFitOptions}, Ref{Ptr{Cvoid}}),
                  describe(x), y, length(y), class_count, address(weights), hidden, length(hidden), code, how, out)
        end
    end
    return Network{T}(handle)
end

"""
    history(network::Network) -> (losses = …, validation_losses = …, best_epoch = …)

The course of the training that gave the network, as of [`LSMI.history`](@ref)`(model, component)`; empty if its
parameters were given.
"""
history(network::Network) = single_history(lsmi_network_history[], network)

with_level(network::Network{T}, level) where {T} =
    Network{T}(read_handle(out -> ccall(lsmi_network_with_level[], Cint, (Ptr{Cvoid}, Cstring, Ref{Ptr{Cvoid}}),
                                        network, string(level), out)))

level(network::Network) = level_of(lsmi_network_level[], network)
