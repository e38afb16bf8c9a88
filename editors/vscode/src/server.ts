/** Where the program `moorage` is looked for, and where it never is. What the search needs of the machine is handed in. */

import * as path from "node:path";

/** What the search may ask of the machine. */
export interface Machine {
  readonly windows: boolean;
  readonly home: string;
  /** Whether this is a file that can be run. */
  isProgram(file: string): boolean;
  /** The file or folder that a path leads to, links followed; the path itself where there is none. */
  realPath(file: string): string;
}

/** What decides where the program is. */
export interface Circumstances {
  /** The setting `moorage.path`; empty where it is not set. */
  readonly setting: string;
  /** Whether the user trusts the workspace: if not, no program in it is run, and no setting of it is heeded. */
  readonly trusted: boolean;
  readonly folders: readonly string[];
  /** The Python that is selected for the workspace. */
  readonly interpreter?: string | undefined;
  /** The environment's PATH. */
  readonly path: string;
}

/** The program, or one sentence that says what is wrong and what to do. */
export type Found = { readonly program: string } | { readonly problem: string };

export const NOT_FOUND =
  "Moorage is not installed where VS Code looks for it. Type “pipx install moorage” in a terminal, " +
  "then run “Moorage: Restart Server”; or set “moorage.path” to the program.";

/**
 * The program of the setting, else of the selected Python environment, of a `.venv` in the workspace, or of PATH.
 *
 * A setting that leads nowhere is a problem and not a reason to run something else. In a workspace that is not trusted
 * the Python environment and `.venv` are left out, and so is whatever in PATH lies in the workspace. Relative entries of
 * PATH never count: they mean the folder that VS Code happened to be started in.
 */
export function findServer(circumstances: Circumstances, machine: Machine): Found {
  const { setting, trusted, folders, interpreter } = circumstances;
  if (setting.trim() !== "") {
    return fromSetting(setting.trim(), machine);
  }
  const paths = flavour(machine);
  const own: string[] = [];
  if (trusted) {
    if (interpreter !== undefined) {
      own.push(paths.dirname(interpreter));
    }
    own.push(...folders.map((folder) => paths.join(folder, ".venv", machine.windows ? "Scripts" : "bin")));
  }
  const entries = circumstances.path.split(paths.delimiter).filter((entry) => paths.isAbsolute(entry));
  const name = machine.windows ? "moorage.exe" : "moorage";
  for (const folder of [...own, ...entries]) {
    const program = paths.join(folder, name);
    if (machine.isProgram(program) && (trusted || !liesIn(program, folders, machine))) {
      return { program };
    }
  }
  return { problem: NOT_FOUND };
}

function fromSetting(setting: string, machine: Machine): Found {
  const paths = flavour(machine);
  const program = /^~[\\/]/.test(setting) ? paths.join(machine.home, setting.slice(2)) : setting;
  if (!paths.isAbsolute(program)) {
    return { problem: `The setting moorage.path must be an absolute path, and “${setting}” is none.` };
  }
  if (!machine.isProgram(program)) {
    return { problem: `The setting moorage.path names “${setting}”, which is no program that can be run.` };
  }
  return { program };
}

/** Whether a program, or what it is a link to, lies in one of the folders. */
function liesIn(program: string, folders: readonly string[], machine: Machine): boolean {
  const paths = flavour(machine);
  return [program, paths.dirname(program)].some((place) =>
    folders.some((folder) => {
      const way = paths.relative(machine.realPath(folder), machine.realPath(place));
      return way !== ".." && !way.startsWith(`..${paths.sep}`) && !paths.isAbsolute(way);
    }),
  );
}

function flavour(machine: Machine): path.PlatformPath {
  return machine.windows ? path.win32 : path.posix;
}
