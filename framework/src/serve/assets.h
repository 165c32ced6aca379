// The files of folder assets/, as the build puts them into the program.
#pragma once

namespace mtt {

extern const char* const kPageHtml;    ///< with @NAME@ and @SUMMARY@ to be filled in
extern const char* const kPageScript;  ///< its script
extern const char* const kOpenApi;     ///< what the OpenAPI document says of every model

}  // namespace mtt
