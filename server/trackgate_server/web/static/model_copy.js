// Buttons that copy the lines of programs on pages about models.

import { addCopying } from "./artifact_copy.js";

addCopying(document);
