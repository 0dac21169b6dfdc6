# Progress and cancellation.

# struct LsmiProgress
struct CProgress
    struct_size::Csize_t
    component::Int32
    epoch::Csize_t
    epochs::Csize_t
    loss::Float64
    validation_loss::Float64
end

const components = (:classifier1, :classifier2, :classifier_joint, :density1, :density2)

"""
    Progress

What the `progress` callback of a fit gets after every epoch: `component` (`:classifier1`, `:classifier2`,
`:classifier_joint`, `:density1`, `:density2`; `:density` or `:network` in the fit of a single one), `epoch` (epochs
done), `epochs` (at most), `loss` (mean training loss of this epoch, nats) and `validation_loss` (of the held-out
samples, nats; `NaN` if there are none).

The callback runs on the task that called the fit. It cancels by returning `:cancel` (the fit then throws
[`LSMIError`](@ref) with status `:cancelled`) or by an exception, which the fit throws on; so does Ctrl-C. (Not by
`false`, which `p.epoch == 1 && println(p)` returns, too.) The fit ends at the end of the epochs that are running,
or of the trainings where a form is chosen.
"""
struct Progress
    component::Symbol
    epoch::Int
    epochs::Int
    loss::Float64
    validation_loss::Float64
end

mutable struct Observer
    callback::Any
    # What the library's component −1 stands for.
    single::Symbol
    exception::Any
end

# What the library is told after `call(observer)`: whether to cancel.
function answer(call, user::Ptr{Cvoid})::Cint
    observer = unsafe_pointer_to_objref(user)::Observer
    try
        said = reenable_sigint(() -> call(observer))
        return said === :cancel ? 1 : 0
    catch exception
        # Nothing may leave through the library's frames: `observed` throws it on.
        observer.exception = exception
        return 1
    end
end

observe(user::Ptr{Cvoid}, pointer::Ptr{CProgress})::Cint = answer(user) do observer
    observer.callback === nothing && return nothing
    p = unsafe_load(pointer)
    component = p.component < 0 ? observer.single : components[p.component + 1]
    observer.callback(Progress(component, p.epoch, p.epochs, p.loss, p.validation_loss))
end

observe_count(user::Ptr{Cvoid}, done::Csize_t, total::Csize_t)::Cint =
    answer(observer -> observer.callback(Int(done), Int(total)), user)

# Runs `work(callback, user)`, a C call that gives a status. There is always a callback: Ctrl-C arrives through it.
function with_progress(work, callback, single::Symbol)
    return observed(work, @cfunction(observe, Cint, (Ptr{Cvoid}, Ptr{CProgress})), Observer(callback, single, nothing))
end

# The same for a callback that gets how many of how many steps are done; `see` is told the number done before it.
function with_count(work, callback, see = identity)
    function told(done, total)
        see(done)
        return callback === nothing ? nothing : callback(done, total)
    end
    return observed(work, @cfunction(observe_count, Cint, (Ptr{Cvoid}, Csize_t, Csize_t)), Observer(told, :none, nothing))
end

function observed(work, c_function, observer)
    status = GC.@preserve observer disable_sigint() do
        work(c_function, pointer_from_objref(observer))
    end
    observer.exception === nothing || throw(observer.exception)
    return status
end
