--- Moorage in Neovim 0.10 and later: which files it serves, and how its server is started.
---
---     require("moorage").setup()
---     require("moorage").setup({ trusted = false, settings = { network = "named" } })

local M = {}

---@class moorage.Options
---@field cmd? string[] The program and its arguments; the program is looked for in PATH.
---@field filetypes? string[] Which buffers the server is told of.
---@field trusted? boolean Whether registries may be asked about what these files name; false: no network at all.
---@field settings? table The settings of the server, by the names of the section `moorage`.
---@field on_attach? fun(client: vim.lsp.Client, bufnr: integer) Called for each buffer that the server takes.
---@field capabilities? table What the client can do, when a plugin adds to it.

--- What `lsp/moorage.lua` gives to `vim.lsp.config`. A repository has one server, whichever folder a file is in.
M.config = {
  cmd = { "moorage", "lsp" },
  filetypes = {
    "dockerfile",
    "yaml",
    "yaml.docker-compose",
    "yaml.gitlab",
    "yaml.github",
    "yaml.ghaction",
    "yaml.helm-values",
    "hcl",
    "json",
    "jsonc",
    "toml",
    "systemd",
  },
  root_markers = { ".git", "moorage.yaml" },
  init_options = { trusted = true },
  settings = { moorage = { trusted = true } },
}

---@param options moorage.Options
local function config_with(options)
  local config = vim.deepcopy(M.config)
  for _, name in ipairs({ "cmd", "filetypes", "on_attach", "capabilities" }) do
    config[name] = options[name] or config[name]
  end
  config.settings.moorage = vim.tbl_extend("force", config.settings.moorage, options.settings or {})
  if options.trusted ~= nil then
    config.init_options.trusted = options.trusted
    config.settings.moorage.trusted = options.trusted
  end
  return config
end

--- Names such as `Dockerfile-dev`, which Neovim gives no file type; whatever it does know by name comes first.
local function add_filetypes()
  local function dockerfile(path)
    return not path:find("%.dockerignore$") and "dockerfile" or nil
  end
  local last = { priority = -1 }
  vim.filetype.add({
    pattern = {
      [".*/[Dd]ockerfile[^/]*"] = { dockerfile, last },
      [".*/[Cc]ontainerfile[^/]*"] = { dockerfile, last },
      [".*%.[Cc]ontainerfile"] = { dockerfile, last },
    },
  })
end

--- Start the server on every file that it serves, for Neovim 0.10, which has no `vim.lsp.enable`.
local function start_on_filetype(config)
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("moorage", { clear = true }),
    pattern = config.filetypes,
    callback = function(event)
      local root
      for _, marker in ipairs(config.root_markers) do
        root = root or vim.fs.root(event.buf, marker)
      end
      vim.lsp.start({
        name = "moorage",
        cmd = config.cmd,
        root_dir = root,
        init_options = config.init_options,
        settings = config.settings,
        on_attach = config.on_attach,
        capabilities = config.capabilities,
      }, { bufnr = event.buf })
    end,
  })
end

--- Start the server whenever a file is opened that it serves.
---@param options? moorage.Options
function M.setup(options)
  local config = config_with(options or {})
  if vim.fn.executable(config.cmd[1]) == 0 then
    vim.notify(
      ("moorage: there is no program %q; type `pipx install moorage`, or say setup({ cmd = { … } })"):format(config.cmd[1]),
      vim.log.levels.WARN
    )
    return
  end
  add_filetypes()
  if vim.lsp.enable then
    vim.lsp.config("moorage", config)
    vim.lsp.enable("moorage")
  else
    start_on_filetype(config)
  end
end

--- Say that the files of this session are trusted, or are not any more; running servers hear of it at once.
---@param trusted boolean
function M.trust(trusted)
  for _, client in ipairs(vim.lsp.get_clients({ name = "moorage" })) do
    client.settings.moorage.trusted = trusted
    client.rpc.notify("workspace/didChangeConfiguration", { settings = client.settings })
  end
end

return M
