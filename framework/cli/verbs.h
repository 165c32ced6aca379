// The commands of the program. Each function adds a command with its options and its callback.
#pragma once

#include <CLI/CLI.hpp>

namespace mtt {

void add_run(CLI::App& app);
void add_sweep(CLI::App& app);
void add_recommend(CLI::App& app);
void add_encode(CLI::App& app);
void add_predict(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_compare(CLI::App& app);
void add_export(CLI::App& app);
void add_report(CLI::App& app);
void add_serve(CLI::App& app);
void add_tokenize(CLI::App& app);
void add_plugins(CLI::App& app);
void add_config(CLI::App& app);
void add_data(CLI::App& app);
void add_data_import(CLI::App& data);

}  // namespace mtt
