# SPDX-License-Identifier: Apache-2.0
"""Am I affected? Answers from advisories, without a database and without the network.

`statements` is what a feed says, `osv` reads it from OSV documents, `index` finds by name and version, `cuts` is why a
question costs one bisection; `names` knows ecosystems and package URLs. `asked` understands what people paste, `sbom`
what tools write, `answers` says affected, not affected, unsupported or unknown, with the reason.
"""
