# How a single density or network is fitted.

# struct LsmiTraining
struct CTraining
    struct_size::Csize_t
    epochs::Csize_t
    batch::Csize_t
    learning_rate::Float64
    decay_every::Csize_t
    decay_factor::Float64
    weight_decay::Float64
    patience::Csize_t
    accumulate_gradients::Int32
end

# struct LsmiFitOptions
struct CFitOptions
    struct_size::Csize_t
    training::CTraining
    held_out::Ptr{Csize_t}
    held_out_count::Csize_t
    seed::UInt64
    progress::Ptr{Cvoid}
    user::Ptr{Cvoid}
end

# The training that a configuration has for densities or for classifiers, with changes on top.
function training_of(config::Config, kind::Symbol; changes...)
    prefix = kind === :density ? "density_" : "classifier_"
    names = (:epochs, :batch, :learning_rate, :decay_every, :decay_factor, :weight_decay, :patience)
    quirk = kind === :density && config.accumulate_gradients
    values = merge(NamedTuple{names}(map(name -> getproperty(config, Symbol(prefix, name)), names)),
                   (accumulate_gradients = quirk,))
    for name in keys(changes)
        haskey(values, name) ||
            throw(LSMIError(:setting, "training: expected one of $(join(keys(values), ", ")), got '$name'"))
    end
    return CTraining(sizeof(CTraining), values_in_order(merge(values, (; changes...)))...)
end

values_in_order(v) = (v.epochs, v.batch, v.learning_rate, v.decay_every, v.decay_factor, v.weight_decay, v.patience,
                      v.accumulate_gradients)

# Sample numbers from 0, of numbers from 1.
function held_out_numbers(held_out)
    all(>(0), held_out) || throw(LSMIError(:setting, "held_out: expected sample numbers from 1, got $(minimum(held_out))"))
    return Csize_t[number - 1 for number in held_out]
end
