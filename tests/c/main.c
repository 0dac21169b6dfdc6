/* Every function of lsmi.h and every documented error. */
#include "check.h"

int main(void) {
    test_basics();
    test_failures();
    test_config();
    test_pure();
    test_density();
    test_density_errors();
    test_refine();
    test_simd();
    test_network();
    test_network_errors();
    test_model();
    test_model_errors();
    test_model_files();
    test_report();
    test_report_handle();
    test_trust();
    test_controls_and_flags();
    test_preprocessing();
    test_synthetic();
    test_synthetic_truth();
    test_parity();
    return check_report();
}
