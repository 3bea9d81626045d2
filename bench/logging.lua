-- wrk's script: posts metrics as one user.
-- Arguments: token, run id, metrics a request, number of the first one.
local token, run, size
local thread_number = 0
local sent = 0
failed = 0

function setup(thread)
  thread:set("number", thread_number)
  thread_number = thread_number + 1
end

function init(arguments)
  token, run, size = arguments[1], arguments[2], tonumber(arguments[3])
  sent = tonumber(arguments[4])
end

local function metric()
  sent = sent + 1
  return string.format(
    '{"key":"loss%d","value":%.17g,"timestamp":%d,"step":%d}',
    number, sent * 0.37, 1700000000000 + sent, sent)
end

function request()
  local path, body
  if size == 1 then
    path = "/api/2.0/mlflow/runs/log-metric"
    body = '{"run_id":"' .. run .. '",' .. metric():sub(2)
  else
    local points = {}
    for i = 1, size do points[i] = metric() end
    path = "/api/2.0/mlflow/runs/log-batch"
    body = '{"run_id":"' .. run .. '","metrics":[' .. table.concat(points, ",") .. ']}'
  end
  local headers = { ["Content-Type"] = "application/json" }
  if token ~= "-" then headers["Authorization"] = "Basic " .. token end
  return wrk.format("POST", path, headers, body)
end

function response(status)
  if status ~= 200 then failed = failed + 1 end
end
