# KNIFE marginal densities.

# struct LsmiMarginalOptions
struct CMarginalOptions
    struct_size::Csize_t
    modes::Csize_t
    features::Csize_t
    type::Int32
    bounded::Int32
    diagonal::Int32
    triangle::Int32
    train_means::Int32
    train_weights::Int32
end

# struct LsmiMarginalParameters and struct LsmiMarginalBuffers
struct CMarginalArrays
    struct_size::Csize_t
    means::Ptr{Cvoid}
    log_diagonal::Ptr{Cvoid}
    triangle::Ptr{Cvoid}
    logits::Ptr{Cvoid}
end

CMarginalArrays(p) = CMarginalArrays(sizeof(CMarginalArrays), address(p.means), address(p.log_diagonal),
                                     address(p.triangle), address(p.logits))

"""
    Marginal(means, log_diagonal, triangle, logits; bounded, train_means = true, train_weights = true)

A KNIFE density of x, a mixture of K Gaussian modes in d dimensions, from its parameters, which are copied:

    σ_k = tanh(ℓ_k) if bounded, else ℓ_k        A_k = (I + T_k) · diag(exp σ_k)        z_k = A_k (x − μ_k)
    log p(x) = logsumexp_k( −½|z_k|² + Σ_j σ_kj + log softmax(w)_k ) − (d/2) · log 2π

| argument       | size                     | formula                                                               |
|:---------------|:-------------------------|:----------------------------------------------------------------------|
| `means`        | d × K                    | `means[:, k]` is μ_k                                                  |
| `log_diagonal` | d × K, or d if shared    | `log_diagonal[:, k]` is ℓ_k                                           |
| `triangle`     | d × d × K, or `nothing`  | `triangle[:, :, k]` is T_k; only its part below the diagonal counts   |
| `logits`       | K                        | w                                                                     |

These are Julia's indices: the matrix `triangle[:, :, k]` multiplies vectors from the left as in the formula. (In the
memory of C, K×d arrays are the same as `means`; a T_k is transposed.) The type of `means`, `Float32` or `Float64`, is
the density's. `bounded` must be said, since the same numbers mean another density without it.

Properties: `features` (d), `modes` (K), `bounded`, `diagonal` (`:per_mode` or `:shared`), `triangle` (`:full` or
`:none`), `train_means` and `train_weights` (whether [`LSMI.refine`](@ref) moves them). [`LSMI.level`](@ref) tells the
instruction set that evaluates it. The handle is freed with the object. Several threads may use a density at once.

Throws [`LSMIError`](@ref) with status `:shape`, `:empty` or `:not_finite`.

```julia
standard_normal = Marginal(zeros(2, 1), zeros(2, 1), nothing, [0.0]; bounded = false)
log_density(standard_normal, [0.0, 0.0])    # −log 2π
```
"""
mutable struct Marginal{T<:Real32or64}
    handle::Ptr{Cvoid}
    features::Int
    modes::Int
    bounded::Bool
    diagonal::Symbol
    triangle::Symbol
    train_means::Bool
    train_weights::Bool

    # Takes over a handle.
    function Marginal{T}(handle::Ptr{Cvoid}) where {T}
        o = Ref(CMarginalOptions(sizeof(CMarginalOptions), 0, 0, 0, 0, 0, 0, 0, 0))
        checked(ccall(lsmi_marginal_options[], Cint, (Ptr{Cvoid}, Ref{CMarginalOptions}), handle, o))
        marginal = new{T}(handle, o[].features, o[].modes, o[].bounded == 1, diagonals[o[].diagonal + 1],
                          triangles[o[].triangle + 1], o[].train_means == 1, o[].train_weights == 1)
        return finalizer(free, marginal)
    end
end

function free(marginal::Marginal)
    ccall(lsmi_marginal_free[], Cint, (Ptr{Cvoid},), marginal.handle)
    marginal.handle = C_NULL
    return nothing
end

# A call keeps the density alive; a copy would free the handle twice.
Base.unsafe_convert(::Type{Ptr{Cvoid}}, marginal::Marginal) = marginal.handle
Base.deepcopy_internal(marginal::Marginal, ::IdDict) = marginal

function Serialization.serialize(to::AbstractSerializer, marginal::Marginal)
    serialize_type(to, typeof(marginal))
    form = (bounded = marginal.bounded, train_means = marginal.train_means, train_weights = marginal.train_weights)
    serialize(to, (parameters(marginal), form))
end

function Serialization.deserialize(from::AbstractSerializer, ::Type{<:Marginal})
    arrays, form = deserialize(from)
    return Marginal(arrays...; form...)
end

Base.eltype(::Type{Marginal{T}}) where {T} = T

function Marginal(means::AbstractMatrix{<:Real}, log_diagonal::AbstractVecOrMat{<:Real},
                  triangle::Union{Nothing, AbstractArray{<:Real, 3}}, logits::AbstractVector{<:Real};
                  bounded::Bool, train_means::Bool = true, train_weights::Bool = true)
    T = eltype(means) === Float32 ? Float32 : Float64
    d, k = size(means)
    shared = log_diagonal isa AbstractVector
    shared ? check_size("log_diagonal", log_diagonal, d) : check_size("log_diagonal", log_diagonal, d, k)
    triangle === nothing || check_size("triangle", triangle, d, d, k)
    check_size("logits", logits, k)
    p = (means = dense(T, means), log_diagonal = dense(T, log_diagonal), triangle = transposed(T, triangle),
         logits = dense(T, logits))
    options = CMarginalOptions(sizeof(CMarginalOptions), k, d, type_code(T), bounded, shared, triangle === nothing,
                               train_means, train_weights)
    handle = GC.@preserve p read_handle(out -> ccall(lsmi_marginal_new[], Cint,
        (Ref{CMarginalOptions}, Ref{CMarginalArrays}, Ref{Ptr{Cvoid}}), options, CMarginalArrays(p), out))
    return Marginal{T}(handle)
end

# Between T[i, j, k] and the row-major matrices of C.
transposed(::Type{T}, triangle) where {T} = Array{T}(permutedims(triangle, (2, 1, 3)))
transposed(::Type, ::Nothing) = nothing

# Room for parameters or their gradient, as C has them.
function room(marginal::Marginal{T}) where {T}
    d, k = marginal.features, marginal.modes
    return (means = Matrix{T}(undef, d, k),
            log_diagonal = marginal.diagonal === :shared ? Vector{T}(undef, d) : Matrix{T}(undef, d, k),
            triangle = marginal.triangle === :none ? nothing : Array{T}(undef, d, d, k),
            logits = Vector{T}(undef, k))
end

natural(p, ::Type{T}) where {T} = merge(p, (triangle = transposed(T, p.triangle),))

"""
    parameters(marginal::Marginal) -> (means = …, log_diagonal = …, triangle = …, logits = …)

Copies of the parameters, as [`Marginal`](@ref) takes them; `triangle` is zero on and above the diagonals.

```julia
same = Marginal(LSMI.parameters(marginal)...; bounded = marginal.bounded)
```
"""
function parameters(marginal::Marginal{T}) where {T}
    p = room(marginal)
    GC.@preserve p checked(ccall(lsmi_marginal_parameters[], Cint, (Ptr{Cvoid}, Ref{CMarginalArrays}),
                                 marginal, CMarginalArrays(p)))
    return natural(p, T)
end

"""
    log_density(marginal::Marginal, x::AbstractMatrix) -> Vector
    log_density(marginal::Marginal, x::AbstractVector) -> Number

log p(x) of every sample, nats (formula: [`Marginal`](@ref)); `x` is features × samples, or the features of one
sample, of the density's type. A sample with NaN has log-density NaN. Throws [`LSMIError`](@ref) with status `:type`,
`:empty` or `:shape`.

```julia
log_density(marginal, randn(marginal.features, 100))
```
"""
function log_density(marginal::Marginal{T}, x::AbstractMatrix{<:Real}) where {T}
    x = samples(x, T)
    return log_density!(Vector{T}(undef, size(x, 2)), marginal, x)
end

log_density(marginal::Marginal{T}, x::AbstractVector{<:Real}) where {T} =
    @inbounds log_density!(Vector{T}(undef, 1), marginal, x)[1]

"""
    log_density!(out::StridedVector, marginal::Marginal, x) -> out

[`log_density`](@ref) into `out`, a contiguous vector of the density's type with a number per sample. With arrays as
the library takes them, nothing is allocated: neither for one sample (a vector) nor for many (a `Matrix`).

```julia
out = zeros(1)
log_density!(out, marginal, sample)
```
"""
function log_density!(out::StridedVector{T}, marginal::Marginal{T}, x::AbstractMatrix{<:Real}) where {T}
    x = samples(x, T)
    check_out(out, size(x, 2))
    GC.@preserve out x checked(ccall(lsmi_marginal_log_density[], Cint, (Ptr{Cvoid}, Ref{CMatrix}, Ptr{T}),
                                     marginal, describe(x), pointer(out)))
    return out
end

function log_density!(out::StridedVector{T}, marginal::Marginal{T}, x::StridedVector{<:Real32or64}) where {T}
    length(x) > 1 && stride(x, 1) != 1 && return log_density!(out, marginal, Vector(x))
    check_out(out, 1)
    GC.@preserve out x begin
        sample = CMatrix(pointer(x), 1, length(x), length(x))
        checked(ccall(lsmi_marginal_log_density[], Cint, (Ptr{Cvoid}, Ref{CMatrix}, Ptr{T}), marginal, sample,
                      pointer(out)))
    end
    return out
end

log_density!(out::StridedVector{T}, marginal::Marginal{T}, x::AbstractVector{<:Real}) where {T} =
    log_density!(out, marginal, Vector{T}(x))

@noinline throw_gaps(stride) =
    throw(LSMIError(:shape, "out: expected contiguous elements, got a stride of $stride", "out"))

@inline function check_out(out, n)
    check_size("out", out, n)
    n > 1 && stride(out, 1) != 1 && throw_gaps(stride(out, 1))
    return nothing
end

"""
    gradient(marginal::Marginal, x; weights = nothing) -> (loss = …, parameters = …, x = …)

The weighted mean surprisal and its gradient for all parameters (as [`LSMI.parameters`](@ref) has them) and for `x`:

    loss = −Σᵢ wᵢ log p(xᵢ) / Σᵢ wᵢ

nats. `x` is features × samples, `weights` has a number per sample (without: all 1); the gradient for `x` has its
size. Throws [`LSMIError`](@ref) with status `:type`, `:empty`, `:shape` or `:setting` (weights).

```julia
g = LSMI.gradient(marginal, x)
g.parameters.means
```
"""
function gradient(marginal::Marginal{T}, x::AbstractMatrix{<:Real}; weights = nothing) where {T}
    x = samples(x, T)
    weights = weights_of(T, weights, size(x, 2))
    return backward(lsmi_marginal_gradient[], marginal, x, weights)
end

"""
    weighted_sum_gradient(marginal::Marginal, x, upstream) -> (sum = …, parameters = …, x = …)

    sum = −Σᵢ gᵢ log p(xᵢ)

and its gradient for all parameters and for `x`, where the gᵢ of `upstream`, a number per sample, may have any sign:
what backpropagation through the log-density needs. Arguments and errors as of [`LSMI.gradient`](@ref).
"""
function weighted_sum_gradient(marginal::Marginal{T}, x::AbstractMatrix{<:Real}, upstream) where {T}
    x = samples(x, T)
    upstream = weights_of(T, upstream, size(x, 2), "upstream")
    (loss, parameters, x) = backward(lsmi_marginal_weighted_sum_gradient[], marginal, x, upstream)
    return (sum = loss, parameters = parameters, x = x)
end

# Both gradients have one form.
function backward(call, marginal::Marginal{T}, x, weights) where {T}
    p, gradient_x, loss = room(marginal), Matrix{T}(undef, size(x)), Ref(0.0)
    # A wrong number of features would make `gradient_x` the wrong size too; the library looks first.
    GC.@preserve x weights p checked(ccall(call, Cint,
        (Ptr{Cvoid}, Ref{CMatrix}, Ptr{Cvoid}, Ref{Float64}, Ref{CMarginalArrays}, Ptr{T}),
        marginal, describe(x), address(weights), loss, CMarginalArrays(p), gradient_x))
    return (loss = loss[], parameters = natural(p, T), x = gradient_x)
end

"""
    fit(Marginal, x; settings...) -> Marginal

A density fitted to `x` (features × samples) by minimising its weighted mean surprisal, −Σᵢ wᵢ log p(xᵢ) / Σᵢ wᵢ, by
Adam on mini-batches. The type of `x` is the density's.

Keywords, with what the preset `robust` has where nothing else is said: the form — `modes`, `bounded`, `diagonal`
(`:per_mode` or `:shared`), `triangle` (`:full` or `:none`), `train_means`, `train_weights`, `start` (`:samples`,
`:normal`, `:mixture`, a Gaussian mixture fitted by expectation–maximisation, or `:validated`, such a mixture of the
simplest form under which samples that a fit did not see are as likely as under any, fitted to all samples in the end:
the preset's, which becomes `:mixture` if `modes`, `diagonal` or `triangle` is given); the training — `epochs`, `batch`,
`learning_rate`, `decay_every`, `decay_factor`, `weight_decay`, `patience`, `accumulate_gradients`; `weights` (a number
per sample), `held_out` (numbers of samples, from 1, that are not trained on but decide when to stop; none), `seed`,
`progress` (see [`LSMI.Progress`](@ref)), `config` (a [`Config`](@ref) in place of the preset).

Throws [`LSMIError`](@ref) with status `:setting`, `:empty`, `:shape`, `:not_finite`, `:diverged` or `:cancelled`.

```julia
density = fit(Marginal, x; modes = 3, epochs = 50, held_out = 1:100)
```
"""
function fit(::Type{Marginal}, x::AbstractMatrix{<:Real}; config::Config = Config(), modes = nothing,
             bounded::Bool = config.bounded, diagonal = nothing, triangle = nothing,
             train_means::Bool = config.train_means, train_weights::Bool = config.train_weights,
             start = nothing, weights = nothing, held_out = Int[], seed::Integer = config.seed,
             progress = nothing, training...)
    x = samples(x)
    T = eltype(x)
    weights = weights_of(T, weights, size(x, 2))
    given = [(:modes, modes), (:diagonal, diagonal), (:triangle, triangle)]
    config = Config(config; (key => value for (key, value) in given if value !== nothing)...)
    modes, diagonal, triangle = config.modes, config.diagonal, config.triangle
    start = start === nothing ? config.start : start
    options = CMarginalOptions(sizeof(CMarginalOptions), csize("modes", modes), size(x, 1), type_code(T), bounded,
        choice_code("diagonal", diagonals, diagonal), choice_code("triangle", triangles, triangle), train_means,
        train_weights)
    start = choice_code("start", starts, start)
    training = training_of(config, :density; training...)
    held_out = held_out_numbers(held_out, size(x, 2))
    handle = GC.@preserve x weights held_out read_handle() do out
        with_progress(progress, :density) do callback, user
            how = fit_options(training, held_out, seed, callback, user)
            ccall(lsmi_marginal_fit[], Cint,
                  (Ref{CMatrix}, Ptr{Cvoid}, Ref{CMarginalOptions}, Int32, Ref{CFitOptions}, Ref{Ptr{Cvoid}}),
                  describe(x), address(weights), options, start, how, out)
        end
    end
    return Marginal{T}(handle)
end

"""
    refine(marginal::Marginal, x; settings...) -> Marginal

The density trained further on `x` (features × samples, of its type), from its own parameters and in its own form, by
minimising the weighted mean surprisal

    −Σᵢ wᵢ log p(xᵢ) / Σᵢ wᵢ

by Adam on mini-batches. `marginal` stays as it is; what its `train_means` and `train_weights` leave out stays in the
result, too. Keywords are those of the training in `fit(Marginal, x)`: `epochs`, `batch`, `learning_rate`,
`decay_every`, `decay_factor`, `weight_decay`, `patience`, `accumulate_gradients`, `weights`, `held_out`, `seed` (which
only shuffles), `progress`, `config`.

Throws [`LSMIError`](@ref) with status `:type`, `:setting`, `:empty`, `:shape`, `:not_finite`, `:diverged` or
`:cancelled`. Source of the density: Pichler et al., "A Differential Entropy Estimator for Training Neural Networks",
ICML 2022.

```julia
better = LSMI.refine(density, new_samples; epochs = 5, learning_rate = 1e-3)
```
"""
function refine(marginal::Marginal{T}, x::AbstractMatrix{<:Real}; config::Config = Config(), weights = nothing,
                held_out = Int[], seed::Integer = config.seed, progress = nothing, training...) where {T}
    x = samples(x, T)
    weights = weights_of(T, weights, size(x, 2))
    training = training_of(config, :density; training...)
    held_out = held_out_numbers(held_out, size(x, 2))
    handle = GC.@preserve x weights held_out read_handle() do out
        with_progress(progress, :density) do callback, user
            how = fit_options(training, held_out, seed, callback, user)
            ccall(lsmi_marginal_refine[], Cint,
                  (Ptr{Cvoid}, Ref{CMatrix}, Ptr{Cvoid}, Ref{CFitOptions}, Ref{Ptr{Cvoid}}),
                  marginal, describe(x), address(weights), how, out)
        end
    end
    return Marginal{T}(handle)
end

"""
    history(marginal::Marginal) -> (losses = …, validation_losses = …, best_epoch = …)

The course of the training that gave the density, as of [`LSMI.history`](@ref)`(model, component)`; empty if its
parameters were given.
"""
history(marginal::Marginal) = single_history(lsmi_marginal_history[], marginal)

"""
    with_level(marginal::Marginal, level) -> Marginal
    with_level(network::Network, level) -> Network

A copy that is evaluated by the instruction set `:portable`, `:neon`, `:avx2` or `:avx512`, or by the next lower one
that the processor has. Results differ in the last digits; what is refined from the copy keeps its level.
Likewise of a [`Network`](@ref). Throws [`LSMIError`](@ref) with status `:setting` for another name.

```julia
log_density(LSMI.with_level(density, :portable), x)
```
"""
with_level(marginal::Marginal{T}, level) where {T} =
    Marginal{T}(read_handle(out -> ccall(lsmi_marginal_with_level[], Cint, (Ptr{Cvoid}, Cstring, Ref{Ptr{Cvoid}}),
                                         marginal, string(level), out)))

"""
    level(marginal::Marginal) -> Symbol
    level(network::Network) -> Symbol

The instruction set that evaluates the density or the network, as [`LSMI.simd_level`](@ref) names it.
"""
level(marginal::Marginal) = level_of(lsmi_marginal_level[], marginal)

function level_of(call, object)
    name = Ref{Ptr{UInt8}}(C_NULL)
    checked(ccall(call, Cint, (Ptr{Cvoid}, Ref{Ptr{UInt8}}), object, name))
    return Symbol(unsafe_string(name[]))
end
