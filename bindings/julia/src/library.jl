# The functions of the C library by address. They are looked up when the package is loaded, not when it is compiled,
# so that LSMI_LIBRARY may differ from one run to the next: `ccall(lsmi_fit[], …)`.

const function_names = (
    :lsmi_abi_version, :lsmi_version, :lsmi_build_features, :lsmi_simd_level, :lsmi_simd_levels,
    :lsmi_status_str, :lsmi_last_error_message, :lsmi_last_error_field,
    :lsmi_config_init, :lsmi_config_set, :lsmi_config_check, :lsmi_config_text, :lsmi_config_density,
    :lsmi_config_classifier,
    :lsmi_atoms, :lsmi_shift, :lsmi_mean, :lsmi_discrete_workspace, :lsmi_discrete, :lsmi_joint_categories,
    :lsmi_log_sum_exp, :lsmi_log_sum_exp_with_level,
    :lsmi_information_from_log_probabilities,
    :lsmi_marginal_new, :lsmi_marginal_free, :lsmi_marginal_options, :lsmi_marginal_parameters,
    :lsmi_marginal_log_density, :lsmi_marginal_gradient, :lsmi_marginal_weighted_sum_gradient, :lsmi_marginal_fit,
    :lsmi_marginal_refine, :lsmi_marginal_history, :lsmi_marginal_with_level, :lsmi_marginal_level,
    :lsmi_network_new, :lsmi_network_free, :lsmi_network_form, :lsmi_network_layer, :lsmi_network_expansion_count,
    :lsmi_network_log_probabilities, :lsmi_network_gradient, :lsmi_network_fit, :lsmi_network_history,
    :lsmi_network_with_level, :lsmi_network_level,
    :lsmi_fit, :lsmi_model_from_parts, :lsmi_model_free, :lsmi_model_save, :lsmi_model_load, :lsmi_model_to_bytes,
    :lsmi_model_from_bytes, :lsmi_model_info, :lsmi_model_config, :lsmi_model_classes, :lsmi_model_dropped,
    :lsmi_model_notes, :lsmi_model_history, :lsmi_model_network, :lsmi_model_density, :lsmi_model_score, :lsmi_model_cross_fitted,
    :lsmi_bootstrap, :lsmi_model_intervals, :lsmi_permutation_null, :lsmi_spread, :lsmi_controls,
    :lsmi_model_flags, :lsmi_data_flags, :lsmi_flags_count, :lsmi_flags_get, :lsmi_flags_free,
    :lsmi_report_new, :lsmi_report_free, :lsmi_report_add_split, :lsmi_report_add_details, :lsmi_report_add_intervals,
    :lsmi_report_add_null, :lsmi_report_add_spread, :lsmi_report_add_controls, :lsmi_report_json,
    :lsmi_model_preprocessing, :lsmi_model_preprocess, :lsmi_model_entropy_offsets,
    :lsmi_synthetic_gaussian, :lsmi_synthetic_xor, :lsmi_synthetic_circuit, :lsmi_synthetic_circuit_names,
    :lsmi_synthetic_mixture,
    :lsmi_synthetic_latent, :lsmi_synthetic_circuit_support, :lsmi_synthetic_gaussian_information,
    :lsmi_synthetic_xor_information, :lsmi_synthetic_mixture_information, :lsmi_synthetic_latent_information,
    :lsmi_agreement,
)

for name in function_names
    @eval const $name = Ref{Ptr{Cvoid}}(C_NULL)
end

# The version of the binary interface that the structs in this package describe.
const abi_version = 1

function load_library()
    chosen = get(ENV, "LSMI_LIBRARY", "")
    path = isempty(chosen) ? "liblsmi" : chosen
    library, problem = try
        (Libdl.dlopen(path), "")
    catch exception
        (C_NULL, sprint(showerror, exception))
    end
    library == C_NULL &&
        error("LSMI.jl cannot load the libLSMI library '$path': $problem\n",
              "Set the environment variable LSMI_LIBRARY to the full path of liblsmi.so (.dylib, .dll) before ",
              "`using LSMI`, or install libLSMI where the dynamic loader looks (LD_LIBRARY_PATH, ldconfig).")
    missing_function(name) = error("'$path' has no function $name: it is no libLSMI, one built without std, or one ",
                                   "of another version. LSMI.jl needs interface version $abi_version.")
    function address(name)
        found = Libdl.dlsym(library, name; throw_error = false)
        return found === nothing ? missing_function(name) : found
    end
    lsmi_abi_version[] = address(:lsmi_abi_version)
    found = Int(ccall(lsmi_abi_version[], UInt32, ()))
    found == abi_version || error("'$path' has interface version $found, and this LSMI.jl needs version ",
                                  "$abi_version. Take both from the same release of libLSMI.")
    for name in function_names
        getfield(@__MODULE__, name)[] = address(name)
    end
    return nothing
end

"""
    version() -> VersionNumber

The version of the library that is loaded (not of this package).
"""
version() = VersionNumber(unsafe_string(ccall(lsmi_version[], Ptr{UInt8}, ())))

"""
    build_features() -> Vector{String}

The features that the library was built with, such as `["std", "rayon"]`.
"""
build_features() = String.(split(unsafe_string(ccall(lsmi_build_features[], Ptr{UInt8}, ()))))

"""
    simd_level() -> Symbol

The instruction set that the library's kernels use unless a density or a network is given another
([`LSMI.with_level`](@ref)): `:portable`, `:neon`, `:avx2` or `:avx512`. It is the widest of this processor, or what the
environment variable `LSMI_SIMD` names, if that is lower.
"""
simd_level() = Symbol(unsafe_string(ccall(lsmi_simd_level[], Ptr{UInt8}, ())))

"""
    simd_levels() -> Vector{Symbol}

The instruction sets of this processor, the plainest first.
"""
simd_levels() = Symbol.(split(unsafe_string(ccall(lsmi_simd_levels[], Ptr{UInt8}, ()))))
