import assert from "node:assert/strict";
import { test } from "node:test";

import { type Circumstances, findServer, type Machine, NOT_FOUND } from "../src/server";

const usual: Circumstances = { setting: "", trusted: true, folders: ["/work/shop"], path: "/usr/local/bin:/usr/bin" };

/** A machine on which these programs can be run; `links` says where a path really leads. */
function machine(programs: string[], links: Record<string, string> = {}, windows = false): Machine {
  return {
    windows,
    home: "/home/ada",
    isProgram: (file) => programs.includes(file),
    realPath: (file) => links[file] ?? file,
  };
}

function programOf(circumstances: Partial<Circumstances>, on: Machine): string | undefined {
  const found = findServer({ ...usual, ...circumstances }, on);
  return "program" in found ? found.program : undefined;
}

const everywhere = [
  "/opt/moorage",
  "/home/ada/.pyenv/versions/3.12/bin/moorage",
  "/work/shop/.venv/bin/moorage",
  "/usr/local/bin/moorage",
  "/usr/bin/moorage",
];

const interpreter = "/home/ada/.pyenv/versions/3.12/bin/python";

for (const [what, circumstances, expected] of [
  ["the setting comes first", { setting: "/opt/moorage", interpreter }, "/opt/moorage"],
  ["then the selected Python", { interpreter }, "/home/ada/.pyenv/versions/3.12/bin/moorage"],
  ["then the workspace's .venv", {}, "/work/shop/.venv/bin/moorage"],
  ["then PATH, in its order", { folders: [] }, "/usr/local/bin/moorage"],
  ["without trust the setting still counts", { setting: "/opt/moorage", trusted: false }, "/opt/moorage"],
  ["without trust neither Python nor .venv", { interpreter, trusted: false }, "/usr/local/bin/moorage"],
] as [string, Partial<Circumstances>, string][]) {
  test(what, () => assert.equal(programOf(circumstances, machine(everywhere)), expected));
}

test("a tilde in the setting is the home folder", () => {
  assert.equal(programOf({ setting: "~/bin/moorage" }, machine(["/home/ada/bin/moorage"])), "/home/ada/bin/moorage");
});

for (const setting of ["moorage", "./moorage", "bin/moorage", "/nowhere/moorage", "${workspaceFolder}/moorage"]) {
  test(`the setting ${setting} is a problem, and nothing else is run`, () => {
    const found = findServer({ ...usual, setting }, machine([...everywhere, setting]));
    if (!setting.startsWith("/")) {
      assert.match("problem" in found ? found.problem : "", /must be an absolute path/);
    }
    assert.equal("program" in found && found.program !== setting, false);
  });
}

test("a setting that names no program says so", () => {
  const found = findServer({ ...usual, setting: "/nowhere/moorage" }, machine(everywhere));
  assert.match("problem" in found ? found.problem : "", /no program that can be run/);
});

for (const path of ["", ".", "bin", "./bin", ":/", "::"]) {
  test(`nothing relative in PATH is run: ${JSON.stringify(path)}`, () => {
    assert.equal(programOf({ path, folders: [] }, machine(["moorage", "./moorage", "bin/moorage"])), undefined);
  });
}

for (const trusted of [true, false]) {
  test(`a folder of the workspace in PATH counts only with trust (${trusted})`, () => {
    const found = programOf({ path: "/work/shop/bin:/usr/bin", trusted }, machine(["/work/shop/bin/moorage", "/usr/bin/moorage"]));
    assert.equal(found, trusted ? "/work/shop/bin/moorage" : "/usr/bin/moorage");
  });
}

test("without trust a link into the workspace is not followed, nor a link to its folder", () => {
  const programs = ["/a/moorage", "/b/moorage", "/usr/bin/moorage"];
  const links = { "/a/moorage": "/work/shop/evil", "/b": "/work/shop/bin" };
  assert.equal(programOf({ path: "/a:/b:/usr/bin", trusted: false }, machine(programs, links)), "/usr/bin/moorage");
});

test("without trust a workspace that is itself reached by a link is known", () => {
  const on = machine(["/real/shop/moorage"], { "/work/shop": "/real/shop" });
  assert.equal(programOf({ path: "/real/shop", trusted: false }, on), undefined);
});

test("a folder beside the workspace with a longer name is not in it", () => {
  const on = machine(["/work/shop-tools/moorage"]);
  assert.equal(programOf({ path: "/work/shop-tools", trusted: false }, on), "/work/shop-tools/moorage");
});

test("on Windows", () => {
  const on = machine(["C:\\shop\\.venv\\Scripts\\moorage.exe", "D:\\tools\\moorage.exe"], {}, true);
  const circumstances = { folders: ["C:\\shop"], path: ".;D:\\tools" };
  assert.equal(programOf(circumstances, on), "C:\\shop\\.venv\\Scripts\\moorage.exe");
  assert.equal(programOf({ ...circumstances, trusted: false }, on), "D:\\tools\\moorage.exe");
});

test("where there is none, the message says what to type", () => {
  assert.deepEqual(findServer(usual, machine([])), { problem: NOT_FOUND });
  assert.match(NOT_FOUND, /pipx install moorage/);
});
