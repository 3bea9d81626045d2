// Buttons that copy the lines of programs on pages about models.

import { addCopying } from "./copy.js";

addCopying(document);
