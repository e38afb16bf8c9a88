/** The language client: starts the server, tells it of settings and trust, and shows how it fares. */

import * as vscode from "vscode";
import {
  DidChangeConfigurationNotification,
  LanguageClient,
  type LanguageClientOptions,
  TransportKind,
} from "vscode-languageclient/node";

import { FILES } from "./files";
import { thisMachine } from "./machine";
import type { SelectedPython } from "./python";
import { findServer, type Found } from "./server";
import { section } from "./settings";
import type { Status } from "./status";

export class Client {
  private client: LanguageClient | undefined;
  private program: string | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly python: SelectedPython,
    private readonly output: vscode.LogOutputChannel,
    private readonly status: Status,
  ) {}

  /** Stop the server, look for it again, and start it. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.stopNow();
      await this.startNow(await this.find());
    });
  }

  /** Start another server where the search now finds another one; else leave it running. */
  reconsider(): Promise<void> {
    return this.inTurn(async () => {
      const found = await this.find();
      if (!("program" in found) || found.program !== this.program) {
        await this.stopNow();
        await this.startNow(found);
      }
    });
  }

  /** Stop the server. */
  stop(): Promise<void> {
    return this.inTurn(() => this.stopNow());
  }

  /** Tell the server of the settings as they are now. */
  async tellSettings(): Promise<void> {
    if (this.client?.isRunning()) {
      const settings = { moorage: section() };
      await this.client.sendNotification(DidChangeConfigurationNotification.type, { settings });
    }
  }

  /** Starting and stopping never overlap: each waits for what was asked before it. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(work).catch((error: unknown) => this.output.error(String(error)));
    return this.last;
  }

  private async find(): Promise<Found> {
    const setting = vscode.workspace.getConfiguration("moorage").get("path", "");
    const trusted = vscode.workspace.isTrusted;
    return findServer(
      {
        setting,
        trusted,
        folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
        interpreter: trusted && setting === "" ? await this.python.interpreter() : undefined,
        path: process.env["PATH"] ?? "",
      },
      thisMachine,
    );
  }

  private async startNow(found: Found): Promise<void> {
    if ("problem" in found) {
      this.status.problem(found.problem);
      this.output.error(found.problem);
      this.output.info(`PATH is ${process.env["PATH"]}`);
      void this.complain(found.problem);
      return;
    }
    const { program } = found;
    this.output.info(`starting ${program}`);
    this.program = program;
    this.client = new LanguageClient(
      "moorage",
      "Moorage",
      // Not in the workspace: what a program starts there by a relative name would come from the workspace.
      { command: program, args: ["lsp"], transport: TransportKind.stdio, options: { cwd: thisMachine.home } },
      this.options(),
    );
    this.client.onDidChangeState(({ newState }) => this.status.show(newState, program));
    await this.client.start();
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: FILES,
      initializationOptions: { trusted: vscode.workspace.isTrusted },
      outputChannel: this.output,
      middleware: {
        workspace: {
          didChangeConfiguration: () => this.tellSettings(),
          configuration: (params, token, next) =>
            params.items.every((item) => item.section === "moorage")
              ? params.items.map(() => section())
              : next(params, token),
        },
      },
    };
  }

  private async stopNow(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.program = undefined;
    await client?.dispose();
  }

  private async complain(problem: string): Promise<void> {
    const openSettings = "Open Settings";
    if ((await vscode.window.showErrorMessage(problem, openSettings)) === openSettings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "moorage.path");
    }
  }
}
