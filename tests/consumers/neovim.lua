-- What somebody does in an editor: opens a file, looks at what is shown, takes a fix, changes the policy.

local function fail(message)
  io.stderr:write('neovim: ' .. message .. '\n')
  vim.cmd('cquit 1')
end

local function wait(what, is_it)
  if not vim.wait(20000, is_it, 50) then
    fail(what .. ': ' .. vim.inspect(vim.diagnostic.get(nil)))
  end
end

local function shown(buffer)
  local codes = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
    codes[diagnostic.code or diagnostic.user_data.lsp.code] = diagnostic
  end
  return codes
end

local function main()
  local client = vim.lsp.start_client({
    name = 'zscope',
    cmd = { vim.env.ZSCOPE, 'lsp' },
    root_dir = vim.fn.getcwd(),
  })
  local source = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(source, client)
  wait('no finding is shown', function() return shown(source).ZS203 end)
  local line = vim.api.nvim_buf_get_lines(source, 1, 2, true)[1]
  local finding = shown(source).ZS203
  if line:sub(finding.col + 1, finding.end_col) ~= 'zohobooks.invoices.ALL' then
    fail('the finding stands at ' .. vim.inspect(finding))
  end

  local function ask(method, more)
    local at = { line = 1, character = 30 }
    local params = vim.tbl_extend('force', { textDocument = vim.lsp.util.make_text_document_params(source), position = at }, more or {})
    local answers = vim.lsp.buf_request_sync(source, method, params, 20000)
    return answers and answers[client] and answers[client].result
  end

  local hover = ask('textDocument/hover')
  if not hover or not hover.contents.value:find('ZohoBooks.invoices.READ', 1, true) then
    fail('hover says ' .. vim.inspect(hover))
  end
  local at = { line = 1, character = 30 }
  local offered = ask('textDocument/codeAction', { range = { start = at, ['end'] = at }, context = { diagnostics = {} } })
  for _, action in ipairs(offered or {}) do
    if action.title:find('^ask for `ZohoBooks.invoices.READ`') then
      vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_client_by_id(client).offset_encoding)
    end
  end
  line = vim.api.nvim_buf_get_lines(source, 1, 2, true)[1]
  if line ~= 'local scopes = { "🦀", "ZohoBooks.invoices.READ" }' then
    fail('after the fix there stands ' .. line)
  end
  wait('the finding stays', function() return next(shown(source)) == nil end)

  vim.cmd('edit zscope.yaml')
  local policy = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(policy, client)
  vim.api.nvim_buf_set_lines(policy, 1, 3, true, { 'allow: [ZohoCRM.users.READ]' })
  wait('the policy is not followed', function() return shown(source).ZS302 end)
  vim.lsp.stop_client(client)
  vim.cmd('qall!')
end

local fine, message = pcall(main)
if not fine then fail(tostring(message)) end
