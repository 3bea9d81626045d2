-- wrk's script: posts prepared bodies in turn and reports in JSON.
-- Arguments: file with one body a line, path, number to begin with, headers as name value.
-- MARKER in a body stands for the number of the request, which is as long as it is.
local MARKER = "@@@@@@@@"
local requests = {}
local number, turn = 0, 0

local function pieces_of(text)
  local pieces, from = {}, 1
  while true do
    local first, last = text:find(MARKER, from, true)
    if not first then break end
    pieces[#pieces + 1] = text:sub(from, first - 1)
    from = last + 1
  end
  pieces[#pieces + 1] = text:sub(from)
  return pieces
end

function init(arguments)
  local headers = { ["Content-Type"] = "application/json" }
  for i = 4, #arguments, 2 do headers[arguments[i]] = arguments[i + 1] end
  number = tonumber(arguments[3])
  for body in io.lines(arguments[1]) do
    local text = wrk.format("POST", arguments[2], headers, body)
    requests[#requests + 1] = pieces_of(text)
  end
end

function request()
  turn = turn % #requests + 1
  number = number + 1
  -- One call into C, also for the thousands of pieces of a large batch.
  return table.concat(requests[turn], string.format("%08d", number))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nREPORT {"requests":%d,"duration_us":%d,"refused":%d,"broken":%d,"bytes":%d,'
      .. '"p50_us":%d,"p99_us":%d,"max_us":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.bytes,
    latency:percentile(50), latency:percentile(99), latency.max))
end
