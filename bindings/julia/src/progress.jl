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

function observe(user::Ptr{Cvoid}, pointer::Ptr{CProgress})::Cint
    observer = unsafe_pointer_to_objref(user)::Observer
    try
        answer = reenable_sigint() do
            observer.callback === nothing && return nothing
            p = unsafe_load(pointer)
            component = p.component < 0 ? observer.single : components[p.component + 1]
            observer.callback(Progress(component, p.epoch, p.epochs, p.loss, p.validation_loss))
        end
        return answer === :cancel ? 1 : 0
    catch exception
        # Nothing may leave through the library's frames: `with_progress` throws it on.
        observer.exception = exception
        return 1
    end
end

# Runs `work(callback, user)`, a C call that gives a status. There is always a callback: Ctrl-C arrives through it.
function with_progress(work, callback, single::Symbol)
    observer = Observer(callback, single, nothing)
    observer_function = @cfunction(observe, Cint, (Ptr{Cvoid}, Ptr{CProgress}))
    status = GC.@preserve observer disable_sigint() do
        work(observer_function, pointer_from_objref(observer))
    end
    observer.exception === nothing || throw(observer.exception)
    return status
end
