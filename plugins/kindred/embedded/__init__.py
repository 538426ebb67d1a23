"""The one-machine run: Postgres, Airflow and the sandbox as child processes.

A deployment with its own Postgres and Airflow needs none of this. There the same DAGs read the
same connections, and these modules are never imported.

    home.py                 the folder that holds everything: secrets, ports, started processes
    os_user.py              the user that Postgres runs as when a command runs as root
    postgres.py             Postgres from the wheel: create, start, stop
    processes.py            start a process group, find it again, end all of it
    sandbox.py              the sandbox's process, clock and connections
    scheduler_launcher.py   Airflow's scheduler, with the tasks' heavy imports done in advance
    airflow_settings.py     the environment Airflow runs in
    airflow_api.py          Airflow's REST API: logins, connections, runs
    vendor_connections.py   the Airflow connections of vendors: the sandbox's and a person's own
    services.py             which processes run, in which order they start, whether they answer
"""
