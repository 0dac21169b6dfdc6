# struct LsmiConfig
struct CConfig
    struct_size::Csize_t
    seed::UInt64
    classes::Csize_t
    clip::Float64
    held_out::Float64
    folds::Csize_t
    budget::Float64
    modes::Csize_t
    density_epochs::Csize_t
    density_batch::Csize_t
    density_learning_rate::Float64
    density_decay_every::Csize_t
    density_decay_factor::Float64
    density_weight_decay::Float64
    density_patience::Csize_t
    classifier_epochs::Csize_t
    classifier_batch::Csize_t
    classifier_learning_rate::Float64
    classifier_decay_every::Csize_t
    classifier_decay_factor::Float64
    classifier_weight_decay::Float64
    classifier_patience::Csize_t
    hidden::NTuple{8, Csize_t}
    hidden_layers::Csize_t
    standardize::Int32
    bounded::Int32
    train_means::Int32
    train_weights::Int32
    accumulate_gradients::Int32
    preset::Int32
    prior::Int32
    entropy_units::Int32
    shift::Int32
    diagonal::Int32
    triangle::Int32
    start::Int32
    classifier_form::Int32
    activation::Int32
end

const presets = (:robust, :paper, :imported)
const shift_rules = (:frozen, :batch, :none)
const diagonals = (:per_mode, :shared)
const triangles = (:full, :none)
const starts = (:normal, :samples, :mixture, :validated)
const classifier_forms = (:given, :validated)
const activations = (:relu, :tanh)
const named_settings = (preset = presets, prior = (:uniform, :empirical), entropy_units = (:input, :standardized),
                        shift = shift_rules, diagonal = diagonals, triangle = triangles, start = starts,
                        classifier_form = classifier_forms, activation = activations)
const flag_settings = (:standardize, :bounded, :train_means, :train_weights, :accumulate_gradients)

"""
    Config(preset = :robust; settings...)
    Config(config::Config; settings...)

All settings of a fit: a preset (`:robust` or `:paper`) or another configuration, with settings on top. Their keys are
those of the library in every language; numbers, `true`/`false`, names as symbols or strings, `hidden` as a vector of
widths (`[]` for linear classifiers). What is set is not chosen by the data: with `modes`, `diagonal` or `triangle` a
`start` of `:validated` becomes `:mixture`, and with `hidden` or `activation` `classifier_form` becomes `:given`. Each is a property: `config.modes`. Printing a configuration lists them all.

Throws [`LSMIError`](@ref) with status `:setting` for a key that does not exist (the message lists the keys) or a
value that it cannot have. Values that no fit can use are refused by [`LSMI.check`](@ref) and by `fit`.

```julia
config = Config(:paper; modes = 8, hidden = [128, 64], seed = 7)
config.density_epochs       # 30
```
"""
struct Config
    c::CConfig
    Config(c::CConfig) = new(c)
end

function Config(preset::Union{Symbol, AbstractString} = :robust; settings...)
    code = choice_code("preset", presets[1:2], preset)
    c = Ref{CConfig}()
    checked(ccall(lsmi_config_init[], Cint, (Ref{CConfig}, Csize_t, Int32), c, sizeof(CConfig), code))
    return Config(Config(c[]); settings...)
end

function Config(config::Config; settings...)
    c = Ref(getfield(config, :c))
    for (key, value) in settings
        checked(ccall(lsmi_config_set[], Cint, (Ref{CConfig}, Cstring, Cstring), c, string(key), setting_text(value)))
    end
    return Config(c[])
end

setting_text(value::Union{Rational, AbstractIrrational}) = string(Float64(value))
setting_text(value::Union{AbstractVector, Tuple}) = isempty(value) ? "none" : join(value, ",")
# Of anything else the library says what it expects instead.
setting_text(value) = string(value)

Base.propertynames(::Config, private::Bool = false) =
    Tuple(name for name in fieldnames(CConfig) if name ∉ (:struct_size, :hidden_layers))

function Base.getproperty(config::Config, name::Symbol)
    c = getfield(config, :c)
    name === :hidden && return Int[c.hidden[i] for i in 1:c.hidden_layers]
    value = getfield(c, name)
    name in flag_settings && return value == 1
    haskey(named_settings, name) && return named_settings[name][value + 1]
    return value isa Csize_t && name !== :seed ? Int(value) : value
end

Base.:(==)(a::Config, b::Config) = settings_text(a) == settings_text(b)
Base.hash(config::Config, h::UInt) = hash(settings_text(config), hash(:LSMIConfig, h))

function settings_text(config::Config)
    c = Ref(getfield(config, :c))
    return read_text((buffer, capacity, length) ->
        ccall(lsmi_config_text[], Cint, (Ref{CConfig}, Ptr{UInt8}, Csize_t, Ref{Csize_t}), c, buffer, capacity, length))
end

"""
    settings(config::Config) -> Dict{Symbol, String}
    settings(model::Model) -> Config

The settings by key, as texts that [`Config`](@ref) takes; of a model, its configuration.
"""
settings(config::Config) = Dict(Symbol(key) => String(value)
    for (key, value) in (split(line, '='; limit = 2) for line in split(settings_text(config), '\n'; keepempty = false)))

"""
    check(config::Config)

Throws [`LSMIError`](@ref) with status `:setting`, naming the field, for settings that no fit can use.
"""
function check(config::Config)
    checked(ccall(lsmi_config_check[], Cint, (Ref{CConfig},), getfield(config, :c)))
    return nothing
end
