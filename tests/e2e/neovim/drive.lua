-- What a person does in Neovim: open a Dockerfile, read what is wrong, complete a tag, take an action, write the file.
--
--     nvim -l drive.lua PLUGIN SERVER FILE REPORT TRUSTED
--
-- TRUSTED is true, false, or "later": not at first, but then. REPORT is written as JSON; `tests/e2e/test_neovim.py` says
-- what it must hold.

local plugin, server, file, report, trusted = unpack(_G.arg)
local PATIENCE = 20000 -- milliseconds

local function wait_for(what, condition)
  if not vim.wait(PATIENCE, condition, 20) then
    error(("waited in vain for %s; diagnostics: %s"):format(what, vim.inspect(vim.diagnostic.get(0))))
  end
end

local function diagnostics()
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local text = vim.api.nvim_buf_get_text(0, d.lnum, d.col, d.end_lnum, d.end_col, {})[1]
    table.insert(found, { line = d.lnum + 1, code = d.code, text = text, message = d.message })
  end
  return found
end

local function has_diagnostic(code)
  return vim.iter(vim.diagnostic.get(0)):any(function(d)
    return d.code == code
  end)
end

-- The character of a position in the first line is its byte: the line is ASCII.
local function ask(method, character)
  local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 0, character = character } }
  for _, answer in pairs(assert(vim.lsp.buf_request_sync(0, method, params, PATIENCE))) do
    return answer.result
  end
end

vim.opt.runtimepath:prepend(plugin)
vim.cmd("filetype on")
vim.notify = function(message)
  io.stderr:write(message, "\n")
end
require("moorage").setup({ cmd = { server, "lsp" }, trusted = trusted == "true" })
vim.cmd.edit(vim.fn.fnameescape(file))

local function wait_for_findings()
  wait_for("what the registry says", function()
    return has_diagnostic("unknown-tag") and has_diagnostic("outdated")
  end)
end

local seen = {}
if trusted == "true" then
  wait_for_findings()
  seen.diagnostics = diagnostics()
  seen.completion = vim.tbl_map(function(item)
    return item.label
  end, ask("textDocument/completion", #"FROM python:").items)
  seen.hover = ask("textDocument/hover", #"FROM py").contents.value

  vim.api.nvim_win_set_cursor(0, { 1, #"FROM python:3" })
  local before = vim.b.changedtick
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find("3.12.9-slim", 1, true) ~= nil
    end,
  })
  wait_for("the action", function()
    return vim.b.changedtick ~= before
  end)
  vim.cmd.write()
  wait_for("the finding to go", function()
    return not has_diagnostic("outdated")
  end)
else
  wait_for("the server", function()
    return #vim.lsp.get_clients({ name = "moorage" }) == 1
  end)
  ask("textDocument/hover", #"FROM py")
  vim.wait(500) -- what would be asked by mistake would be asked by now
  seen.diagnostics = diagnostics()
  if trusted == "later" then
    require("moorage").trust(true)
    wait_for_findings()
  end
end

vim.fn.writefile({ vim.json.encode(seen) }, report)
vim.cmd("qall!")
