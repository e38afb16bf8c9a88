-- For Neovim 0.11 and later: `vim.lsp.enable("moorage")` starts the server, `vim.lsp.config("moorage", { … })` changes how.
return require("moorage").config
