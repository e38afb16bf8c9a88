// What a person does in VS Code, in a browser: `node drive.mjs TASK`, where TASK is JSON with
//
//     scenario      "mend" or "trust"
//     tools         the folder whose node_modules hold playwright-core
//     browser       the Chromium to start
//     url           where VS Code is served
//     folder, file  the workspace, and the Dockerfile in it
//     profile       a new folder for the browser
//     screenshots   where pictures are put
//
// What was seen is printed as JSON; the test beside this file says what it must hold.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const task = JSON.parse(process.argv[2]);
const { chromium } = createRequire(join(task.tools, "package.json"))("playwright-core");
const PATIENCE = 30_000;

const SWITCHES = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function openBrowser() {
  const context = await chromium.launchPersistentContext(task.profile, {
    executablePath: task.browser,
    headless: true,
    args: SWITCHES,
    viewport: { width: 1280, height: 800 },
  });
  const own = new URL(task.url).host;
  await context.route("**/*", (route) =>
    new URL(route.request().url()).host === own ? route.continue() : route.abort(),
  );
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(PATIENCE);
  const remote = `vscode-remote://${own}${task.file}`;
  const payload = JSON.stringify([["openFile", remote]]);
  await page.goto(`${task.url}/?folder=${encodeURIComponent(task.folder)}&payload=${encodeURIComponent(payload)}`);
  await page.waitForSelector(".monaco-workbench");
  return { context, page };
}

async function picture(page, name) {
  await page.screenshot({ path: join(task.screenshots, `${task.scenario}-${name}.png`) });
}

async function command(page, title) {
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(title);
  await page.locator(".quick-input-widget .monaco-list-row", { hasText: title }).first().click();
}

async function labels(rows) {
  await rows.first().waitFor();
  return rows.evaluateAll((elements) => elements.map((element) => element.getAttribute("aria-label") ?? ""));
}

// The last characters of the editor's first line that matter are those of the tag: FROM python:3.12.4-slim.
async function cursorInTag(page) {
  await page.locator(".editor-instance .view-line").first().click();
  await page.keyboard.press("Control+Home");
  for (let i = 0; i < "FROM python:".length; i++) {
    await page.keyboard.press("ArrowRight");
  }
}

async function mend(page) {
  const seen = {};
  await page.waitForSelector(".squiggly-error");
  await page.waitForSelector(".squiggly-info");
  await picture(page, "1-squiggles");

  await page.keyboard.press("Control+Shift+M");
  seen.problems = await labels(page.locator(".markers-panel .monaco-list-row"));
  await picture(page, "2-problems");
  await page.keyboard.press("Control+Shift+M");

  await cursorInTag(page);
  await page.keyboard.press("Control+Space");
  seen.completion = await labels(page.locator(".suggest-widget.visible .monaco-list-row"));
  await picture(page, "3-completion");
  await page.keyboard.press("Escape");

  await page.locator(".editor-instance .view-line", { hasText: "3.12.4" }).getByText("3.12.4").first().hover();
  seen.hover = await page.locator(".monaco-hover:not(.hidden) .hover-contents").first().innerText();
  await picture(page, "4-hover");
  await page.keyboard.press("Escape");

  await cursorInTag(page);
  await page.keyboard.press("Control+.");
  const actions = page.locator(".action-widget .monaco-list-row.action");
  await actions.first().waitFor();
  seen.actions = await actions.allInnerTexts();
  await picture(page, "5-actions");
  for (let i = seen.actions.findIndex((action) => action.includes("3.12.9-slim")); i > 0; i--) {
    await page.keyboard.press("ArrowDown"); // the first one is chosen already
  }
  await page.keyboard.press("Enter");
  await page.locator(".editor-instance .view-line", { hasText: "3.12.9" }).waitFor();
  await page.keyboard.press("Control+s");
  await page.waitForSelector(".squiggly-info", { state: "detached" });
  await page.waitForSelector(".tab.active:not(.dirty)");
  await picture(page, "6-mended");
  return seen;
}

async function trust(page) {
  const seen = {};
  await page.locator(".monaco-dialog-box .monaco-button", { hasText: "No, I don't trust" }).click();
  await page.locator(".editor-instance .view-line", { hasText: "python" }).waitFor();
  await page.waitForTimeout(5000); // what would be asked or run by mistake would be by now
  seen.squigglesBefore = await page.locator(".squiggly-info, .squiggly-error").count();
  await picture(page, "1-restricted");
  console.log(JSON.stringify({ event: "restricted" }));
  await new Promise((resolve) => process.stdin.once("data", resolve));

  await command(page, "Workspaces: Manage Workspace Trust");
  await page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).click();
  await picture(page, "2-trusted");
  await page.locator(".tab", { hasText: "Dockerfile" }).click();
  await page.waitForSelector(".squiggly-error");
  await page.waitForSelector(".squiggly-info");
  await picture(page, "3-squiggles");
  return seen;
}

mkdirSync(task.screenshots, { recursive: true });
const { context, page } = await openBrowser();
try {
  const seen = await { mend, trust }[task.scenario](page);
  console.log(JSON.stringify({ event: "done", seen }));
} catch (error) {
  await picture(page, "failed");
  throw error;
} finally {
  await context.close();
  process.stdin.destroy();
}
