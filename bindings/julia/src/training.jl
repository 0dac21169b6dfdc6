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
    training = Ref(CTraining(sizeof(CTraining), 0, 0, 0.0, 0, 0.0, 0.0, 0, 0))
    c = getfield(config, :c)
    checked(kind === :density ?
        ccall(lsmi_config_density[], Cint, (Ref{CConfig}, Ptr{Cvoid}, Ref{CTraining}), c, C_NULL, training) :
        ccall(lsmi_config_classifier[], Cint, (Ref{CConfig}, Ref{CTraining}), c, training))
    names = fieldnames(CTraining)[2:end]
    for name in keys(changes)
        name in names || setting_error("training", "one of " * join(names, ", "), name)
    end
    return CTraining(sizeof(CTraining), (haskey(changes, name) ? training_value(name, changes[name]) :
                                         getfield(training[], name) for name in names)...)
end

function training_value(name, value)
    T = fieldtype(CTraining, name)
    T <: Integer && return whole(T, name, value)
    return value isa Real ? Float64(value) : setting_error(name, "a number", value)
end

# What the C interface wants of a fit; the caller preserves `held_out`.
fit_options(training, held_out, seed, callback, user) =
    CFitOptions(sizeof(CFitOptions), training, pointer(held_out), length(held_out), seed_of(seed), callback, user)

# The course of a training; `write(losses, capacity, count, validation_losses, capacity, count, best_epoch)` is the C
# call.
function read_history(write)
    lengths, best = (Ref{Csize_t}(0), Ref{Csize_t}(0)), Ref{Csize_t}(0)
    read(losses, validation_losses) = GC.@preserve losses validation_losses checked(write(
        address(losses), lengths[1][], lengths[1], address(validation_losses), lengths[2][], lengths[2], best))
    read(nothing, nothing)
    losses, validation_losses = Vector{Float64}(undef, lengths[1][]), Vector{Float64}(undef, lengths[2][])
    read(losses, validation_losses)
    return (losses = losses, validation_losses = validation_losses, best_epoch = Int(best[]))
end

# That of a density or a network.
single_history(call, object) =
    read_history() do losses, capacity, count, validation_losses, validation_capacity, validation_count, best
        ccall(call, Cint,
              (Ptr{Cvoid}, Ptr{Cvoid}, Csize_t, Ref{Csize_t}, Ptr{Cvoid}, Csize_t, Ref{Csize_t}, Ref{Csize_t}),
              object, losses, capacity, count, validation_losses, validation_capacity, validation_count, best)
    end

# Sample numbers from 0, of numbers from 1.
function held_out_numbers(held_out, samples)
    refuse(got) =
        throw(LSMIError(:setting, "held_out: expected sample numbers from 1 to $samples, each once, got $got", "held_out"))
    eltype(held_out) === Bool && refuse("true and false; findall(mask) gives the numbers of a mask")
    for number in held_out
        number isa Integer && 1 <= number <= samples || refuse(number)
    end
    seen = Set{Int}()
    for number in held_out
        number in seen && refuse("$number again")
        push!(seen, number)
    end
    return Csize_t[number - 1 for number in held_out]
end
