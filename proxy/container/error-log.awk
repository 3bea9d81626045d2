# Nginx writes its access log as JSON, and what goes wrong as it likes: one JSON object a
# line of that. While no server lives each request makes a line for each slot; of those
# one a second says enough, for the access log has every request.

# A line is printed as one string, so that mawk writes it by one call: others write to
# the same pipe.
BEGIN { ORS = "" }

/^[^"]*connect\(\) to unix:[^ ]*\/slot-[0-9]+\.sock failed/ {
  if ($2 == second) next
  second = $2
}

{
  gsub(/[^ -~]/, " ")
  gsub(/\\/, "&&")
  # A signed link is a credential.
  gsub(/\/signed\/[^!" ?]+/, "/signed/...")
  gsub(/"/, "\\\"")
  print "{\"source\":\"nginx\",\"message\":\"" $0 "\"}\n"
  fflush()
}
