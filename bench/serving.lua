-- wrk's script: posts one body again and again. Argument: the file that holds it.
local request_text

function init(arguments)
  local file = assert(io.open(arguments[1]))
  local body = file:read("*a")
  file:close()
  local headers = { ["Content-Type"] = "application/json" }
  request_text = wrk.format("POST", "/invocations", headers, body)
end

function request()
  return request_text
end
