/** What this machine answers to the search for the server. */

import * as fs from "node:fs";
import * as os from "node:os";

import type { Machine } from "./server";

export const thisMachine: Machine = {
  windows: process.platform === "win32",
  home: os.homedir(),

  isProgram(file: string): boolean {
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return fs.statSync(file).isFile();
    } catch {
      return false;
    }
  },

  realPath(file: string): string {
    try {
      return fs.realpathSync.native(file);
    } catch {
      return file;
    }
  },
};
